"""The gate before an answer, as at the public door: most questions are not held at all.

Who asks straight from this machine is not weighed, so behind a proxy the proxy must name its caller
(X-Forwarded-For). The table lies where the main site keeps it; where its file cannot be opened,
this process counts alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from kaishu.core.check_page import CheckPage
from kaishu.core.gate import Gate, client_address, subnet_of, visitor_of
from kaishu.core.gate.values import Ruling, Unit
from kaishu.core.gate_page import STATUS, answer_query, clean, gate_page, read_brought
from kaishu.core.looks import looked_at
from kaishu.core.pack import Pack
from kaishu.doors.edge.pages import Asked, rendered
from kaishu.doors.edge.replies import HTML_TYPE, JSON_TYPE, NEVER, Reply, headers_of
from kaishu.doors.edge.settings import EdgeSettings
from kaishu.doors.edge.shelf import Shelf

_HELD = f"{STATUS} Too Many Requests"
Environment = Mapping[str, Any]


class Gatekeeper:
    """Weighs who asks what; one a process, all of a machine share the table."""

    def __init__(self, settings: EdgeSettings, gate: Gate | None = None) -> None:
        self._settings = settings
        self._gate = gate or Gate(settings.gate_table, secret=settings.gate_secret or None)

    def who(self, environ: Environment) -> str:
        """Return the address of who asks; empty where there is nobody to weigh."""
        remote = environ.get("REMOTE_ADDR", "")
        return _who(remote, environ.get("HTTP_X_FORWARDED_FOR", ""), self._settings.proxy_hops)

    def hold(
        self,
        who: str,
        environ: Environment,
        asked: Asked,
        shelf: Shelf,
        pack: Pack | None,
        at: float,
    ) -> Reply | None:
        """Return the gate's page, or the way to the answer; None where it is answered now."""
        query = asked.query
        ruling = self._gate.weigh(
            looked_at(shelf.running, [(query.get("model", ""), query.get("serial", ""))]),
            address=who,
            visitor=_visitor(environ),
            at=at,
            brought=read_brought(query),
        )
        if not ruling.goes:
            return self._held(ruling, asked, pack)
        if not ruling.pass_:
            return None
        there = f"{asked.path}?{answer_query(ruling, asked.pairs)}"
        found = headers_of(HTML_TYPE, NEVER, https=self._settings.https, Location=there)
        return Reply("303 See Other", found, b"")

    def charge(self, who: str, environ: Environment, page: CheckPage, at: float) -> None:
        """Count the look-alikes that an answer names as looks of whoever asked."""
        answer, alike = page.context.get("answer"), page.context.get("alike", ())
        if not who or answer is None or not alike:
            return
        units = [Unit(answer.model, serial) for serial in alike]
        self._gate.charge(units, address=who, visitor=_visitor(environ), at=at)

    def _held(self, ruling: Ruling, asked: Asked, pack: Pack | None) -> Reply:
        """Return the page that calculates or waits; a program gets the way to that page."""
        https, later = self._settings.https, str(ruling.seconds)
        if pack is None or not asked.path.endswith("/"):
            there = asked.path.removesuffix(".json") + "/"
            body = {"error": "gate", "page": f"{there}?{urlencode(clean(asked.pairs))}"}
            found = headers_of(JSON_TYPE, NEVER, tag=asked.tag, https=https, Retry_After=later)
            return Reply(_HELD, found, json.dumps(body).encode())
        page = gate_page(ruling, pack.recall, asked.pairs, path=asked.path, tag=asked.tag)
        text = rendered(page, asked, main_site=self._settings.main_site)
        found = headers_of(HTML_TYPE, NEVER, tag=asked.tag, https=https, Retry_After=later)
        return Reply(_HELD, found, text.encode())


def _visitor(environ: Environment) -> str:
    said = environ.get("HTTP_USER_AGENT", ""), environ.get("HTTP_ACCEPT_LANGUAGE", "")
    return visitor_of(*said)


@lru_cache(maxsize=65_536)
def _who(remote: str, forwarded: str, hops: int) -> str:
    """Return the address of who asks, where it has a network to be weighed in."""
    address = client_address(remote, forwarded, hops=hops)
    return address if subnet_of(address) else ""
