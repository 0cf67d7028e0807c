"""A network as every page about it shows it: its graph, its names, what may be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from kaishu.base.desk import Problem
from kaishu.base.refusals import refusal_page
from kaishu.core.errors import Refusal
from kaishu.core.genealogy.graph import Graph, Some
from kaishu.core.genealogy.things import Kind, item_of, kind_of, name_of
from kaishu.doors.console import frame
from kaishu.doors.console.labels import label
from kaishu.supply.models import GraphFile, Network
from kaishu.supply.network import queries, unseen
from kaishu.supply.network.errors import GraphMissing, NetworkUnknown

Page = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Place:
    """One network, and the row of the graph that answers for it, where one was made."""

    network: Network
    file: GraphFile | None

    @property
    def base(self) -> str:
        """The address that everything about this network is under."""
        return f"/staff/trace/in/{self.network.slug}/"

    def things(self, codes: Iterable[str]) -> dict[str, Thing]:
        """Return what people call things, by code; parties and places too."""
        asked = list(dict.fromkeys(code for code in codes if code))
        named = queries.names(self.network, asked)
        return {code: self._thing(code, named[code]) for code in asked}

    def _thing(self, code: str, named: queries.Named) -> Thing:
        kind = kind_of(code)
        partner = kind in (Kind.PARTY, Kind.PLACE)
        return Thing(
            code=code,
            name=(named.name if partner or kind is Kind.ITEM else name_of(code)),
            of="" if partner or kind is Kind.ITEM or not item_of(code) else named.name,
            kind=label("trace_kind", kind.name.lower()),
            brand=named.brand,
            model=named.model,
            role=label("trace_role", named.role) if named.role else "",
            href="" if kind is Kind.ITEM else f"{self.base}thing/?{urlencode({'code': code})}",
        )


@dataclass(frozen=True)
class Opened(Place):
    """One network with its graph."""

    file: GraphFile
    graph: Graph

    def unseen(self, suspects: Sequence[str], affected: Some) -> dict[str, Any]:
        """Return what an answer does not see, as `unseen.html` shows it."""
        told = unseen.told(self.network, self.graph, suspects, affected)
        return {"unseen": told}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A thing as a page shows it: its number large, its item small, a link to its own page."""

    code: str
    name: str
    of: str
    kind: str
    brand: str
    model: str
    role: str
    href: str

    def __str__(self) -> str:
        return f"{self.of} {self.name}".strip()


def open_trace(slug: str) -> Opened:
    """Open a network by its short name. Raises NetworkUnknown, GraphMissing, GraphFileLost."""
    network = queries.network(slug)
    row = queries.newest_graph(network)
    if row is None:
        raise GraphMissing(network=slug)
    return Opened(network, row, queries.open_graph(slug))


def with_trace(view: Page) -> Page:
    """Give a view the opened network instead of its name; what is not there is said."""

    @wraps(view)
    def answer(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            opened = open_trace(slug)
        except NetworkUnknown as refusal:
            return refusal_page(request, refusal, status=404)
        except Refusal as refusal:
            return refusal_page(request, refusal, status=409)
        return view(request, opened, *args, **kwargs)

    return answer


def with_network(view: Page) -> Page:
    """Give a view a network that may have no graph yet; one that is not there is said."""

    @wraps(view)
    def answer(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            network = queries.network(slug)
        except NetworkUnknown as refusal:
            return refusal_page(request, refusal, status=404)
        place = Place(network, queries.newest_graph(network))
        return view(request, place, *args, **kwargs)

    return answer


def show(
    request: HttpRequest,
    template: str,
    opened: Place,
    context: Mapping[str, Any],
    *,
    here: str = "",
    problems: Sequence[Problem] = (),
    status: int = 0,
) -> HttpResponseBase:
    """Render a page about a network, with its tabs and what its graph is made of."""
    about = {
        "opened": opened,
        "network": opened.network,
        "graph_file": opened.file,
        "tabs": [
            {"name": name, "href": f"{opened.base}{path}", "current": path == here}
            for path, name in tabs(request)
        ],
        "here": here,
        "may_write": frame.may(request, frame.WRITE_TRACE),
    }
    code = status or (422 if problems else 200)
    return frame.show(request, template, {**about, **context}, problems=problems, status=code)


def tabs(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """Return the pages of a network, in the order in which a person needs them."""
    return (
        ("", _("Where did it go")),
        ("cause/", _("Common cause")),
        ("back/", _("What went in")),
        ("what-if/", _("What if")),
        ("brands/", _("Across brands")),
        ("complete/", _("What is missing")),
        ("mock/", _("Mock recalls")),
        ("records/", _("Records")),
        ("speakers/", _("Who may speak")),
    )


def moment(seconds: int) -> datetime:
    """Return a time of the graph as a moment."""
    return datetime.fromtimestamp(seconds, UTC)
