"""What a trace cannot see: units of a model that the graph does not know, or knows without origin.

Nothing is dropped: each such unit is named by where its serial is known from, and the numbers that
are missing between known serials are named too, because a factory rarely skips a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from kaishu.core.genealogy.graph import Graph
from kaishu.core.recall import RuleKind
from kaishu.core.serials import read
from kaishu.editions import queries as editions
from kaishu.editions.errors import RecallUnknown
from kaishu.supply.models import Network
from kaishu.supply.to_recall import units

MOST_HOLES = 10_000
WIDEST = 100_000  # a gap of more numbers than this is another series, no hole
_TAIL = re.compile(r"[0-9]+\Z")


@dataclass(frozen=True, slots=True)
class Hole:
    """Numbers between two known serials of one series that no record names."""

    first: str
    last: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    """How much of a model a trace can see.

    `announced` is the recall's own number of units, None where no recall names the model.
    `nameless` are announced units that nobody ever named. `unknown` maps where a serial is known
    from to the serials that the graph does not know: "claims", "books", "edition".
    """

    model: str
    announced: int | None
    in_graph: int
    with_genealogy: int
    without: tuple[str, ...]
    unknown: Mapping[str, tuple[str, ...]]
    holes: tuple[Hole, ...]

    @property
    def named(self) -> int:
        """Return how many units are known by name, from wherever."""
        return self.in_graph + len({each for found in self.unknown.values() for each in found})

    @property
    def nameless(self) -> int:
        """Return how many of the announced units nobody has named."""
        return max(0, (self.announced or 0) - self.named)

    @property
    def permille(self) -> int:
        """Return the units with a genealogy in a thousand of all that are named or announced."""
        whole = max(self.named, self.announced or 0)
        return self.with_genealogy * 1000 // whole if whole else 0


def complete(
    graph: Graph, network: Network, *, model: str, slug: str, elsewhere: Mapping[str, Iterable[str]]
) -> Complete:
    """Compare a model's units in the graph with a recall's edition and with units known elsewhere.

    `slug` names the recall, or is empty; `elsewhere` maps a source to the serials it knows.
    """
    found = units.known(graph, units.items_of(network, model))
    pack = _pack(slug)
    product = pack.recall.product(model) if pack else None
    form = pack.recall.serial_format(product) if product else None
    same = (lambda serial: read(serial, form).serial or serial) if form else str.strip
    there = {same(serial) for serial in found.serials}
    sources = {**elsewhere, **({"edition": _listed(pack, model)} if product else {})}
    return Complete(
        model=model,
        announced=product.units if product else None,
        in_graph=len(found.serials),
        with_genealogy=found.with_genealogy,
        without=tuple(sorted(found.without())),
        unknown={
            name: tuple(sorted({same(each) for each in serials if each.strip()} - there))
            for name, serials in sources.items()
        },
        holes=tuple(holes(there)),
    )


def holes(serials: Iterable[str]) -> list[Hole]:
    """Return what is missing between serials that differ only in the number they end in."""
    series: dict[tuple[str, int], list[int]] = {}
    for serial in serials:
        if match := _TAIL.search(serial):
            tail = match.group()
            series.setdefault((serial[: match.start()], len(tail)), []).append(int(tail))
    found: list[Hole] = []
    for (head, width), numbers in sorted(series.items()):
        numbers.sort()
        for one, other in pairwise(numbers):
            if 1 < other - one <= WIDEST and len(found) < MOST_HOLES:
                first, last = (f"{head}{number:0{width}}" for number in (one + 1, other - 1))
                found.append(Hole(first, last, other - one - 1))
    return found


def _pack(slug: str) -> Any:
    try:
        return editions.current_pack(slug) if slug else None
    except RecallUnknown:
        return None


def _listed(pack: Any, model: str) -> list[str]:
    """Return the serials that the edition's lists name for a model."""
    return [
        serial.decode()
        for rule in pack.recall.rules
        if rule.product == model and rule.kind is RuleKind.LIST
        for serial in pack.index.section(rule.no).serials()
    ]
