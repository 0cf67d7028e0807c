"""What a picture of a trace is made of: a scene of things, and the nodes and edges drawn of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from kaishu.core.genealogy.things import Kind

Ints = NDArray[np.int64]
MOST_DRAWN = 60  # nodes that a person can still tell apart on one screen


class Lane(IntEnum):
    """The columns of a picture, from the supplier to whoever holds the thing now."""

    MATERIAL = 1
    CELL = 2
    LOT = 3  # lots of an item that nobody described
    PACK = 4
    PRODUCT = 5
    BOX = 6
    PARTY = 7


@dataclass(frozen=True, slots=True)
class Scene:
    """The affected part of a graph, as arrays; nothing in it is text but what `codes` is asked.

    One entry a thing: `lane`, `kind`, `item` (any number that two things of one class share),
    `certain` and `possible`, what the thing counts for: 1 for itself, for a party the units that
    it holds. One entry a link: `source` and `target` (places in the things), `moved_certain` and
    `moved_possible`, what goes along the link where that is known by count, else NaN: then the
    targets are counted; `quantity`, how many pieces went in, NaN where nobody said.
    """

    codes: Callable[[Ints], Sequence[str]]
    lane: Ints
    kind: Ints
    item: Ints
    certain: Ints
    possible: Ints
    source: Ints
    target: Ints
    moved_certain: NDArray[np.float64]
    moved_possible: NDArray[np.float64]
    quantity: NDArray[np.float64]
    pinned: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Node:
    """One box of the picture: a thing, or things folded into one.

    `code` is the thing's own, or the one that the folded things share: their item, their lot; ""
    for what shares none. `opens` is what to ask for to see them apart, "" where that is not
    possible; `after` = how many of them are drawn before this one, which stands for the rest.
    """

    lane: Lane
    kind: Kind
    code: str
    things: int
    certain: int
    possible: int
    opens: str = ""
    after: int = 0

    @property
    def single(self) -> bool:
        """Say whether this is one thing and not a fold."""
        return self.things == 1 and not self.opens

    @property
    def sure(self) -> bool:
        """Say whether anything in it is certainly affected."""
        return self.certain > 0


@dataclass(frozen=True, slots=True)
class Edge:
    """What went from one node to another: counted things, and the pieces where they were said."""

    source: int
    target: int
    certain: int
    possible: int
    pieces: int | None = None

    @property
    def sure(self) -> bool:
        """Say whether anything that went along is certainly affected."""
        return self.certain > 0


@dataclass(frozen=True, slots=True)
class Folded:
    """The nodes, lane by lane, and the edges between them; `things` = how many they stand for."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    things: int
