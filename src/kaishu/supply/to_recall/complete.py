"""What a trace cannot see: units of a model that the graph does not know, or knows without origin.

Nothing is dropped: each such unit is named by where its serial is known from, and the numbers that
are missing between known serials are named too, because a factory rarely skips a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from kaishu.core.genealogy.backward import backward
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.things import item_of, name_of
from kaishu.core.recall import RuleKind
from kaishu.core.serials import read
from kaishu.editions import queries as editions
from kaishu.editions.errors import RecallUnknown
from kaishu.supply.models import Network
from kaishu.supply.network.unseen import open_things
from kaishu.supply.to_recall import units
from kaishu.supply.to_recall.units import Known

MOST_HOLES = 10_000
WIDEST = 100_000  # a gap of more numbers than this is another series, no hole
_TAIL = re.compile(r"[0-9]+\Z")


@dataclass(frozen=True, slots=True)
class Hole:
    """Numbers between two known serials of one series that no record names."""

    first: str
    last: str
    count: int


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """Units of a model in which no record names a lot of one class, by code.

    `ever` = some unit of the model has such a record. Where none has, either nothing of the class
    is built in, or all of its records are missing: then every unit is here.
    """

    item: str
    ever: bool
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    """How much of a model a trace can see.

    `announced` is the recall's own number of units, None where no recall names the model.
    `nameless` are announced units that nobody ever named. `unknown` maps where a serial is known
    from to the serials that the graph does not know: "claims", "books", "edition". `unrecorded`
    are the units without a record of each class that suspects belong to; `without` have no record
    of anything that went in. Both are codes of the graph.
    """

    model: str
    announced: int | None
    in_graph: int
    with_genealogy: int
    without: tuple[str, ...]
    unknown: Mapping[str, tuple[str, ...]]
    holes: tuple[Hole, ...]
    unrecorded: tuple[Unrecorded, ...] = ()

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
    graph: Graph,
    network: Network,
    *,
    model: str,
    slug: str,
    elsewhere: Mapping[str, Iterable[str]],
    suspects: Sequence[str] = (),
) -> Complete:
    """Compare a model's units in the graph with a recall's edition and with units known elsewhere.

    `slug` names the recall, or is empty; `elsewhere` maps a source to the serials it knows. For the
    class of each of `suspects`, the units are named of which nobody recorded a lot of it.
    """
    items = units.items_of(network, model)
    found = units.known(graph, items)
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
        without=tuple(sorted(graph.codes(found.nodes[~found.made]), key=name_of)),
        unknown={
            name: tuple(sorted({same(each) for each in serials if each.strip()} - there))
            for name, serials in sources.items()
        },
        holes=tuple(holes(there)),
        unrecorded=tuple(
            _unrecorded(graph, found, code)
            for item, code in sorted({item_of(code): code for code in suspects}.items())
            if item and item not in {each.code for each in items}
        ),
    )


def _unrecorded(graph: Graph, found: Known, suspect: str) -> Unrecorded:
    """Return the units in which no lot of a suspect's class is on record."""
    item, open_ = item_of(suspect), open_things(graph, [suspect])
    ever, missing = False, []
    classes = graph.items(found.nodes)
    for number in np.unique(classes):
        mine = found.nodes[classes == number]
        here = np.intersect1d(mine, open_)
        if not len(here) and not _holds(graph, int(mine[0]), item):
            missing.append(mine)  # all of them have one, or none has: one unit tells which
        else:
            missing.append(here)
            ever = ever or len(here) < len(mine)
    nodes = np.concatenate(missing) if missing else found.nodes
    return Unrecorded(item, ever, tuple(sorted(graph.codes(nodes), key=name_of)))


def _holds(graph: Graph, node: int, item: str) -> bool:
    """Say whether something of a class is on record in a unit."""
    inside = backward(graph, graph.code(node))
    classes = set(graph.items(np.concatenate([inside.lots, inside.units])).tolist())
    return item in {graph.item_code(number) for number in classes if number >= 0}


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
