"""What happened to things, stripped to what a trace needs: one act is one recorded event.

Acts come from EPCIS events and from link files alike; the graph is built from nothing else.
`columns` packs acts into arrays, the form in which millions of them are kept and read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Did(IntEnum):
    """What an act did; the number is what the graph file stores.

    MADE     inputs were used up, wholly or in part, and the outputs exist from now on. Without
             inputs: the outputs came into being (commissioning). A unit that says which lot it
             belongs to is MADE of that lot.
    FITTED   inputs are parts of the one output from now on (a pack in a phone), REMOVED ends it.
    PACKED   inputs are in the one output, a box, from now on; UNPACKED ends it, and without inputs
             it empties the box.
    SEEN_IN  inputs were seen in the one output at this moment (EPCIS OBSERVE): they are in it from
             now on, unless they are known to be in it already.
    MOVED    inputs are with `party` at `place` from now on.
    ENDED    inputs exist no more.
    """

    MADE = 1
    FITTED = 2
    REMOVED = 3
    PACKED = 4
    UNPACKED = 5
    SEEN_IN = 6
    MOVED = 7
    ENDED = 8


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of a thing took part. None = one for a unit or a box, not said for a lot."""

    code: str
    quantity: float | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One event. `at` is in whole seconds of UTC since 1970; `key` finds the event again.

    `party` and `place` are codes, empty where nobody said; MOVED has at least one of them.
    """

    key: str
    did: Did
    at: int
    inputs: tuple[Amount, ...] = ()
    outputs: tuple[Amount, ...] = ()
    party: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Acts as arrays. `codes` holds each thing, party and place once; numbers point into it.

    One entry an act: `keys`, `did` (u1), `at` (u4), `party` and `place` (i4, -1 = not said).
    One entry an amount, ordered by act: `act` (i4), `output` (bool), `thing` (i4), `quantity`
    (f8, NaN = not said).
    """

    codes: list[str]
    keys: Sequence[str]
    did: NDArray[np.uint8]
    at: NDArray[np.uint32]
    party: NDArray[np.int32]
    place: NDArray[np.int32]
    act: NDArray[np.int32]
    output: NDArray[np.bool_]
    thing: NDArray[np.int32]
    quantity: NDArray[np.float64]


@dataclass(slots=True)
class _Rows:
    numbers: dict[str, int] = field(default_factory=dict)
    acts: list[tuple[str, int, int, int, int]] = field(default_factory=list)
    amounts: list[tuple[int, bool, int, float]] = field(default_factory=list)

    def number(self, code: str) -> int:
        return self.numbers.setdefault(code, len(self.numbers)) if code else -1

    def add(self, act: Act) -> None:
        no = len(self.acts)
        party, place = self.number(act.party), self.number(act.place)
        self.acts.append((act.key, act.did, act.at, party, place))
        for is_output, amounts in ((False, act.inputs), (True, act.outputs)):
            for each in amounts:
                much = float("nan") if each.quantity is None else float(each.quantity)
                self.amounts.append((no, is_output, self.number(each.code), much))


def columns(acts: Iterable[Act]) -> Columns:
    """Pack acts into arrays, in the order in which they come."""
    rows = _Rows()
    for act in acts:
        rows.add(act)
    keys, did, at, party, place = zip(*rows.acts, strict=True) if rows.acts else ((),) * 5
    act_no, output, thing, quantity = zip(*rows.amounts, strict=True) if rows.amounts else ((),) * 4
    return Columns(
        codes=list(rows.numbers),
        keys=list(keys),
        did=np.array(did, np.uint8),
        at=np.array(at, np.uint32),
        party=np.array(party, np.int32),
        place=np.array(place, np.int32),
        act=np.array(act_no, np.int32),
        output=np.array(output, np.bool_),
        thing=np.array(thing, np.int32),
        quantity=np.array(quantity, np.float64),
    )
