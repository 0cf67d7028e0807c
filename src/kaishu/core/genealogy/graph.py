"""One network's things and acts in one memory-mapped file.

Acts stand in the order of time, things by class and then in the order in which they were made, so
that the units of one lot are neighbours. Each act knows its amounts, each thing its acts: both
directions are one step. A code is its group (everything up to the last slash, which says kind and
class) and a name.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kaishu.core.genealogy import file
from kaishu.core.genealogy.acts import Columns
from kaishu.core.genealogy.build import arrays_of
from kaishu.core.genealogy.errors import ThingUnknown
from kaishu.core.genealogy.names import hashed
from kaishu.core.genealogy.tables import Table
from kaishu.core.genealogy.tally import Said, Who
from kaishu.core.genealogy.text import Texts
from kaishu.core.genealogy.things import Kind

Numbers = NDArray[np.int32]
Some = Sequence[int] | NDArray[np.integer[Any]]
_READ_THROUGH = 128
_NAMED = {"at": "act_at", "did": "act_did"}


@dataclass(frozen=True, slots=True)
class GraphFacts:
    """How much a graph holds. `edges` counts the amounts that link a thing to an act.

    `cycles` is how many groups of things are made of each other. Times are seconds since 1970.
    """

    nodes: int
    acts: int
    edges: int
    cycles: int
    bytes: int
    first_at: int
    last_at: int


def build(columns: Columns, path: Path) -> None:
    """Write the graph of these acts to a file, which appears there whole or not at all."""
    arrays, facts = arrays_of(columns)
    file.write(path, arrays, facts)


def extend(path: Path, columns: Columns, target: Path) -> None:
    """Write the graph of a file's acts and of more acts; `target` may be the same file."""
    from kaishu.core.genealogy.merge import both

    with Graph.open(path) as graph:
        arrays, facts = arrays_of(both(graph, columns))
    file.write(target, arrays, facts)


class Graph:
    """An open graph file. Things are numbers from 0; a question takes and gives codes or these."""

    def __init__(self, opened: file.File) -> None:
        """Use Graph.open."""
        self._file = opened
        arrays = opened.arrays
        self.at: NDArray[np.uint32] = arrays["act_at"]
        self.did: NDArray[np.uint8] = arrays["act_did"]
        self.act_first: NDArray[np.uint32] = arrays["act_first"]
        self.amount: NDArray[np.uint32] = arrays["amount"]
        self.node_first: NDArray[np.uint32] = arrays["node_first"]
        self.entry: NDArray[np.uint32] = arrays["entry"]
        self.said_at: NDArray[np.uint32] = arrays["said_at"]
        self.said: NDArray[np.float64] = arrays["said"]
        self.who_act: NDArray[np.int32] = arrays["who_act"]
        self.who_party: NDArray[np.int32] = arrays["who_party"]
        self.who_place: NDArray[np.int32] = arrays["who_place"]
        self.odd: NDArray[np.uint8] = arrays["odd"]
        self.stay_thing: NDArray[np.int32] = arrays["stay_thing"]
        self.stay_inside: NDArray[np.int32] = arrays["stay_inside"]
        self.stay_start: NDArray[np.uint32] = arrays["stay_start"]
        self.stay_end: NDArray[np.uint32] = arrays["stay_end"]
        self.stay_fit: NDArray[np.uint8] = arrays["stay_fit"]
        self.stay_quantity: NDArray[np.float64] = arrays["stay_quantity"]
        self._group_first: NDArray[np.uint32] = arrays["group_first"]
        self._group_kind: NDArray[np.uint8] = arrays["group_kind"]
        self._group_item: NDArray[np.int32] = arrays["group_item"]
        kinds = self._group_kind
        self._group_counted = (kinds == Kind.LOT) | (kinds == Kind.ITEM)
        self.table = Table(
            **{name: arrays[_NAMED.get(name, name)] for name in Table._fields},
        )
        self.who_said = Who(self.who_act, self.who_party, self.who_place)
        self.quantities = Said(self.said_at, self.said)
        self._names = Texts("name", arrays)
        self._groups = Texts("prefix", arrays)
        self._items = Texts("item", arrays)
        self._keys = Texts("key", arrays)
        self._bucket: NDArray[np.uint32] = arrays["bucket"]
        self._member: NDArray[np.uint32] = arrays["member"]

    @classmethod
    def open(cls, path: Path) -> Graph:
        """Map a file into memory. Raises GraphCorrupt; reads nothing but its header."""
        return cls(file.File(path))

    def __enter__(self) -> Graph:
        """Use the graph for a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        self.__dict__ = {"_file": self._file}

    def check(self) -> None:
        """Read every byte; raises GraphCorrupt if one is not as it was written."""
        self._file.check()

    @property
    def facts(self) -> GraphFacts:
        """How much the graph holds."""
        return GraphFacts(bytes=self._file.bytes, **self._file.facts)

    def bytes_of(self) -> dict[str, int]:
        """Return how many bytes each array of the file takes."""
        return {name: array.nbytes for name, array in self._file.arrays.items()}

    def cycles(self) -> list[list[str]]:
        """Return the groups of things that are made of each other, as codes."""
        arrays = self._file.arrays
        found: list[list[str]] = [[] for _ in range(self.facts.cycles)]
        codes = self.codes(arrays["cycle_thing"])
        for group, code in zip(arrays["cycle"].tolist(), codes, strict=True):
            found[group].append(code)
        return found

    def number(self, code: str) -> int | None:
        """Return a thing's number, or None if no act names it."""
        raw = code.encode()
        if len(self._bucket) < 2:
            return None
        slot = hashed(raw) % (len(self._bucket) - 1)
        first, past = self._bucket[slot : slot + 2].tolist()
        for node in self._member[first:past].tolist():
            if self._code(node) == raw:
                return int(node)
        return None

    def need(self, code: str) -> int:
        """Return a thing's number; raises ThingUnknown."""
        found = self.number(code)
        if found is None:
            raise ThingUnknown(code=code)
        return found

    def numbers(self, codes: Sequence[str]) -> NDArray[np.int64]:
        """Return the numbers of many things at once, -1 for what no act names.

        Where a good part of a group is asked for, its names are read through instead of looked up.
        """
        wanted: dict[str, set[bytes]] = {}
        for code in codes:
            place = code.rfind("/") + 1
            wanted.setdefault(code[:place], set()).add(code[place:].encode())
        known: dict[str, int] = {}
        for prefix, names in wanted.items():
            first, past = self._range(prefix)
            if first < past <= first + len(names) * _READ_THROUGH:
                texts = self._names.many(np.arange(first, past))
                pairs = zip(texts, range(first, past), strict=True)
                known.update((prefix + text.decode(), n) for text, n in pairs if text in names)
            else:
                known.update(self._looked_up(prefix + name.decode() for name in names))
        return np.array([known.get(code, -1) for code in codes], np.int64)

    def _looked_up(self, codes: Iterable[str]) -> Iterator[tuple[str, int]]:
        for code in codes:
            node = self.number(code)
            if node is not None:
                yield code, node

    def _range(self, prefix: str) -> tuple[int, int]:
        """Return from which number to which the things of a group are."""
        group = self._group_numbers.get(prefix.encode())
        if group is None:
            return 0, 0
        first, past = self._group_first[group : group + 2].tolist()
        return first, past

    @cached_property
    def _group_numbers(self) -> dict[bytes, int]:
        every = self._groups.many(np.arange(len(self._groups)))
        return {prefix: number for number, prefix in enumerate(every)}

    def needs(self, codes: Sequence[str]) -> NDArray[np.int64]:
        """Return the numbers of many things; raises ThingUnknown for the first that is unknown."""
        found = self.numbers(codes)
        unknown = np.flatnonzero(found < 0)
        if len(unknown):
            raise ThingUnknown(code=codes[int(unknown[0])])
        return found

    def _group(self, nodes: Some) -> NDArray[np.int64]:
        """Return the groups of things: these stand group by group."""
        found: NDArray[np.int64] = (
            np.searchsorted(self._group_first, np.asarray(nodes, np.uint32), "right") - 1
        )
        return found

    def _group_of(self, node: int) -> int:
        return bisect(self._group_first, node) - 1

    def _code(self, node: int) -> bytes:
        return self._groups.one(self._group_of(node)) + self._names.one(node)

    def code(self, node: int) -> str:
        """Return a thing's code."""
        return self._code(node).decode()

    def codes(self, nodes: Some) -> list[str]:
        """Return the codes of things, in the order in which they are asked."""
        asked = np.asarray(nodes, np.int64)
        of_each = self._group(asked)
        groups = {number: self._groups.one(number) for number in np.unique(of_each).tolist()}
        pairs = zip(of_each.tolist(), self._names.many(asked), strict=True)
        return [(groups[group] + name).decode() for group, name in pairs]

    def kind(self, node: int) -> Kind:
        """Return what a thing is."""
        return Kind(int(self._group_kind[self._group_of(node)]))

    def kinds(self, nodes: Some) -> NDArray[np.uint8]:
        """Return the kinds of things, as numbers of Kind."""
        found: NDArray[np.uint8] = self._group_kind[self._group(nodes)]
        return found

    def items(self, nodes: Some) -> Numbers:
        """Return the class numbers of things; -1 for what has none."""
        found: Numbers = self._group_item[self._group(nodes)]
        return found

    @property
    def nodes(self) -> int:
        """How many things there are."""
        return int(self._group_first[-1])

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self._items)

    def counted(self, nodes: Some) -> NDArray[np.bool_]:
        """Return which things are counted by quantity: lots, and classes without a lot."""
        found: NDArray[np.bool_] = self._group_counted[self._group(nodes)]
        return found

    def class_of(self, group: int) -> tuple[int, int]:
        """Return the class and the kind of the things of a group."""
        return int(self._group_item[group]), int(self._group_kind[group])

    def counted_groups(self, groups: Some) -> NDArray[np.bool_]:
        """Return which groups are of things that are counted by quantity."""
        found: NDArray[np.bool_] = self._group_counted[np.asarray(groups, np.int64)]
        return found

    def stay_lines(self, node: int) -> range:
        """Return the lines of the table of stays that are of one odd thing."""
        ends = np.searchsorted(self.stay_thing, np.array((node, node + 1), np.int32))
        return range(*ends.tolist())

    def is_counted(self, node: int) -> bool:
        """Return whether one thing is counted by quantity."""
        return self.kind(node) in (Kind.LOT, Kind.ITEM)

    def item_code(self, item: int) -> str:
        """Return the code of a class by its number; an empty text for -1."""
        return self._items.one(item).decode() if item >= 0 else ""

    def said_of(self, place: int) -> float | None:
        """Return the quantity of an amount by its place; None where nobody said."""
        at = int(np.searchsorted(self.said_at, np.uint32(place)))
        known = at < len(self.said_at) and self.said_at[at] == place
        return float(self.said[at]) if known else None

    def quantity_in(self, act: int, node: int) -> float | None:
        """Return how much of a thing went into an act; None where nobody said."""
        first, past = self.act_first[act : act + 2].tolist()
        for place in range(first, past):
            if int(self.amount[place]) == node << 1:
                return self.said_of(place)
        return None

    def act_key(self, act: int) -> str:
        """Return the key by which an act's event is found again."""
        return self._keys.one(act).decode()

    def keys(self) -> list[str]:
        """Return the keys of all acts, in the order of time."""
        return [key.decode() for key in self._keys.many(np.arange(len(self.at)))]
