"""Ask the edge without a server, and the public door, for the same address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from kaishu.doors.edge.app import Edge
from kaishu.doors.edge.replies import Headers
from kaishu.doors.edge.settings import EdgeSettings

NOW = datetime(2026, 5, 2, 20, 0, tzinfo=UTC).timestamp()  # the next day already in Japan


@dataclass
class Answered:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def edge_of(data_dir: Path, *, quick: bool = True, **settings: str) -> Edge:
    """Return an edge over the packs of a data folder, with a clock that stands still."""
    told = EdgeSettings(packs=data_dir / "packs", main_site=settings.get("main_site", ""))
    return Edge(told, lambda: NOW, quick=quick)


def ask(edge: Edge, path: str, query: str = "", method: str = "GET", **given: str) -> Answered:
    """Ask for one address; the query is sent as it is given."""
    said: list[tuple[str, Headers]] = []
    environ = {"PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": method, **given}
    pieces = edge(environ, lambda status, headers: said.append((status, headers)))
    assert isinstance(pieces, list)
    (status, headers), body = said[0], b"".join(pieces)
    return Answered(int(status.split()[0]), dict(headers), body)


def check(edge: Edge, slug: str, code: str = "en", form: str = "check/", **given: str) -> Answered:
    """Ask the check of a recall."""
    return ask(edge, f"/{code}/r/{slug}/{form}", urlencode(given))
