"""The edge as a WSGI application: no database, no session, no connection to anywhere.

A request finds its quick way by its path; everything else goes through `_slowly`, which is as right
and not as fast. Each process follows the editions by itself.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from kaishu.core.asking import read_said
from kaishu.core.gate import Gate
from kaishu.core.pack import PackMissing
from kaishu.core.receipts import key_id
from kaishu.doors.edge import files, wording
from kaishu.doors.edge.answers import as_json
from kaishu.doors.edge.bare import bare_page, language_of
from kaishu.doors.edge.gatekeeper import Gatekeeper
from kaishu.doors.edge.pages import Asked, next_page, rendered, templates
from kaishu.doors.edge.quick import JSON, PAGE, Quick, answer_headers, quick_ways
from kaishu.doors.edge.replies import HTML_TYPE, JSON_TYPE, NEVER, Headers, Reply, headers_of
from kaishu.doors.edge.settings import EdgeSettings
from kaishu.doors.edge.shelf import Follower, Shelf

StartResponse = Callable[[str, Headers], object]
Environment = Mapping[str, Any]
log = logging.getLogger("kaishu.edge")
MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class State:
    """A shelf with everything that was made for it; replaced as one."""

    shelf: Shelf = field(default_factory=Shelf)
    quick: Mapping[str, Quick] = field(default_factory=dict)


class Edge:
    """Answers the check from the shelf in force."""

    def __init__(
        self,
        settings: EdgeSettings,
        clock: Callable[[], float] = time.time,
        *,
        quick: bool = True,
        gate: Gate | None = None,
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._with_quick = quick
        self._state = State()
        self._static = files.read_static()
        self._keeper = Gatekeeper(settings, gate)
        templates()
        self.follower = Follower(settings.packs, self._take, trusted=settings.trusted)
        self.follower.look()

    def __call__(self, environ: Environment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request: the quick way where there is one, else the slow way."""
        if environ["REQUEST_METHOD"] == "GET" and not self._keeper.who(environ):
            found = self._quickly(environ["PATH_INFO"], environ["QUERY_STRING"])
            if found is not None:
                start_response("200 OK", found[0])
                return found[1]
        reply = self._slowly(environ)
        start_response(reply.status, reply.headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else reply.body]

    def _quickly(self, path: str, query: str) -> tuple[Headers, list[bytes]] | None:
        """Return headers and pieces of a plain answer; None where the slow way must go."""
        quick = self._state.quick.get(path)
        if quick is None:
            return None
        if self._clock() >= quick.until:
            self._take(self._state.shelf)
            return None
        pieces = quick.answer(query)
        return None if pieces is None else (quick.headers, pieces)

    def _take(self, shelf: Shelf) -> None:
        """Answer from this shelf from now on."""
        at = datetime.fromtimestamp(self._clock(), UTC)
        site, https = self.settings.main_site, self.settings.https
        ways = quick_ways(shelf, at=at, main_site=site, https=https) if self._with_quick else {}
        self._state = State(shelf, ways)
        for slug, code in shelf.damaged.items():
            log.error("edge.edition_damaged recall=%s code=%s", slug, code)

    def _slowly(self, environ: Environment) -> Reply:
        """Answer any request; whatever breaks is told to a person and to the log."""
        path = environ["PATH_INFO"]
        tag = language_of(path, environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._refused(
                "405 Method Not Allowed", "edge_nothing_here", tag, Allow="GET, HEAD"
            )
        try:
            found = self._found(path, environ)
        except ValueError:
            return self._refused("400 Bad Request", "edge_not_understood", tag)
        except PackMissing:
            found = None
        except Exception:
            log.exception("edge.broken")
            return self._refused(
                "503 Service Unavailable", "edge_cannot_answer", tag, Retry_After="120"
            )
        return found or self._refused("404 Not Found", "edge_nothing_here", tag)

    def _found(self, path: str, environ: Environment) -> Reply | None:
        if path == "/healthz":
            return self._health()
        first, *rest = path.removeprefix("/").split("/")
        if first == "static":
            return files.static(self._static, path, environ, https=self.settings.https)
        if first == "pictures" and len(rest) == 2:
            told = self.settings
            return files.picture(told.packs, *rest, https=told.https, trusted=told.trusted)
        if first in wording.TAGS:
            return self._check(first, rest, environ)
        return None

    def _check(self, code: str, rest: list[str], environ: Environment) -> Reply | None:
        """Answer `r/<slug>/check/`, `r/<slug>/check.json`, or `check.json` over all recalls."""
        shelf = self._state.shelf
        match rest:
            case ["check.json"]:
                pack = None
            case ["r", slug, "check", ""] | ["r", slug, "check.json"] if slug in shelf.packs:
                pack = shelf.packs[slug]
            case _:
                return None
        path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
        asked = Asked(code=code, path=path, pairs=_pairs(query))
        if (who := self._keeper.who(environ)) and (
            held := self._keeper.hold(who, environ, asked, shelf, pack, self._clock())
        ):
            return held
        if (quick := self._quickly(path, query)) is not None:
            return Reply("200 OK", quick[0], b"".join(quick[1]))
        site = self.settings.main_site
        form = JSON if path.endswith(JSON) else PAGE
        if pack is None or form == JSON:
            body = as_json(shelf, pack, read_said(asked.query), asked, main_site=site)
        else:
            now = self._clock()
            page = next_page(shelf, pack, asked, at=datetime.fromtimestamp(now, UTC))
            self._keeper.charge(who, environ, page, now)
            body = rendered(page, asked, main_site=site)
        found = answer_headers(form, code, https=self.settings.https)
        return Reply("200 OK", found, body.encode())

    def _health(self) -> Reply:
        """Say which editions answer, which were not taken, and who is trusted; 503 for none."""
        shelf = self._state.shelf
        said: dict[str, Any] = {
            "status": "damaged" if shelf.damaged else "ok" if shelf.packs else "empty",
            "editions": {
                slug: {"number": pack.ref.number, "digest": pack.ref.digest}
                for slug, pack in shelf.packs.items()
            },
            "damaged": dict(shelf.damaged),
        }
        if self.settings.trusted is not None:
            said["trusted"] = sorted(key_id(key) for key in self.settings.trusted)
        status = "200 OK" if shelf.packs else "503 Service Unavailable"
        found = headers_of(JSON_TYPE, NEVER, https=self.settings.https)
        return Reply(status, found, json.dumps(said, separators=(",", ":")).encode())

    def _refused(self, status: str, code: str, tag: str, **more: str) -> Reply:
        found = headers_of(HTML_TYPE, NEVER, tag=tag, https=self.settings.https, **more)
        return Reply(status, found, bare_page(code, tag).encode())


def _pairs(query: str) -> tuple[tuple[str, str], ...]:
    """Read the query as the public door does: UTF-8, else byte by byte."""
    raw = query.encode("latin-1")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return tuple(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
