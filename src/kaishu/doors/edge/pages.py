"""The pages of the check, rendered from the public door's templates over a shelf."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape, unescape
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from kaishu.core.answer import spoken_date
from kaishu.core.check_page import ANSWER, TEMPLATES, CheckPage, check_page
from kaishu.core.frame import frame_of
from kaishu.core.gate_page import TEMPLATE as GATE
from kaishu.core.pack import Pack
from kaishu.core.recall import say
from kaishu.doors.edge import wording
from kaishu.doors.edge.expressions import Context, Safe, Tools
from kaishu.doors.edge.shelf import Shelf
from kaishu.doors.edge.templating import Templates

_MARKUP = re.compile(r"(<[^>]*>)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request: the language by its word in the path, the path itself, what the query says."""

    code: str
    path: str
    pairs: tuple[tuple[str, str], ...]

    @property
    def query(self) -> Mapping[str, str]:
        """Return the last value of each name."""
        return dict(self.pairs)

    @property
    def tag(self) -> str:
        """Return the tag of the language."""
        return wording.TAGS[self.code]


def next_page(shelf: Shelf, pack: Pack, asked: Asked, *, at: datetime) -> CheckPage:
    """Return the check's next question, or its answer."""
    return check_page(pack, shelf.running, asked.query, tag=asked.tag, code=asked.code, at=at)


def rendered(page: CheckPage, asked: Asked, *, main_site: str = "") -> str:
    """Return a page of the check in the frame of its recall."""
    context: Context = {
        **frame_of(page.recall, tag=asked.tag, code=asked.code),
        **page.context,
        "asked": asked,
        "main_site": main_site,
        "request": {"LANGUAGE_CODE": asked.code},
    }
    return templates().render(page.template, context)


@lru_cache(maxsize=1)
def templates() -> Templates:
    """Compile every page of the check; an error here is one of the build, not of a request."""
    folders = (
        wording.PACKAGE / "base" / "templates",
        wording.PACKAGE / "doors" / "public" / "templates",
    )
    tools = Tools(
        filters={
            "day": _day,
            "default": lambda value, other, context: value or other,
            "phrases": _phrases,
            "say": lambda value, _, context: say(value, context["asked"].tag),
            "serial_groups": _serial_groups,
            "urlencode": lambda value, _, context: quote(str(value), safe="/"),
            "word": lambda value, _, context: wording.word(str(value), context["asked"].tag),
        },
        tags={
            "language_tag": lambda context: context["asked"].tag,
            "language_links": lambda context: list(_language_links(context["asked"])),
        },
        translate=lambda message, context: wording.translated(message, context["asked"].tag),
    )
    compiled = Templates(folders, tools)
    for name in (ANSWER, *TEMPLATES.values(), GATE):
        compiled.get(name)
    return compiled


def _day(value: datetime, _: Any, context: Context) -> str:
    """Say the day on the clock of the recall's market."""
    zone = ZoneInfo(wording.time_zone(context["recall"].market))
    return spoken_date(value.astimezone(zone).date(), context["asked"].tag)


def _phrases(value: Any, _: Any, context: Context) -> Any:
    """Mark where a Japanese heading may break; the marks of HTML in it stay as they are."""
    if context["asked"].tag != "ja":
        return value
    if not isinstance(value, Safe):
        return Safe(wording.phrased(str(value)))
    parts = (
        part if part.startswith("<") else wording.broken(unescape(part))
        for part in _MARKUP.split(value)
    )
    return Safe(wording.whole_phrases("".join(parts)))


def _serial_groups(value: Any, _: Any, context: Context) -> Safe:
    """Show a serial in groups of four that still copies as one word."""
    serial = str(value)
    groups = (serial[start : start + 4] for start in range(0, len(serial), 4))
    spans = "".join(f"<span>{escape(group)}</span>" for group in groups)
    return Safe(f'<span class="code">{spans}</span>')


def _language_links(asked: Asked) -> Iterator[dict[str, Any]]:
    """List the three languages with the address of this same page in each."""
    rest = asked.path.split("/", 2)[-1]
    query = f"?{urlencode(_grouped(asked.pairs), doseq=True)}" if asked.pairs else ""
    for code, name in wording.NAMES.items():
        yield {
            "code": code,
            "tag": wording.TAGS[code],
            "name": name,
            "href": f"/{code}/{rest}{query}",
            "path": f"/{code}/{rest}",
            "current": code == asked.code,
        }


def _grouped(pairs: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    """Gather the values of each name, the names in the order in which they came."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
