"""What a question to the graph is answered with."""

from __future__ import annotations

from dataclasses import dataclass

from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.things import Kind

FOREVER = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a proof: this act led from the source to the target.

    `quantity` is how much of the source took part, None where nobody said. `level` is what the
    step proves of the target: 1 possible, 2 certain; 0 where it only says where something is.
    """

    act_key: str
    did: Did
    at: int
    source: str
    target: str
    quantity: float | None
    level: int


@dataclass(frozen=True, slots=True)
class Total:
    """How much of one class is affected: pieces for units, quantities for lots.

    `certain` and `possible` never overlap: at least `certain`, at most both together. `unsaid` is
    the number of lots whose quantity no record says; they are in neither.
    """

    item: str
    kind: Kind
    certain: float
    possible: float
    unsaid: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """How much of one class is, or was ever, with one holder. Both codes empty: not known where.

    `since` is when the first of it came there, or was affected where no record says where it is.
    """

    party: str
    place: str
    item: str
    certain: float
    possible: float
    since: int
    unsaid: int = 0
