"""Inputs of events that share a transformation id, each at its own moment.

What went in before something came out becomes a lot of its own, the pool of this thing in this
transformation, and the outputs are made of the pools. So a window of a question meets the moment
at which a suspect went in, not the one at which something came out. Each thing has its own pool,
and each class its own class of pools: what is certain stays certain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kaishu.core.genealogy import things
from kaishu.core.genealogy.acts import Act, Amount, Did
from kaishu.core.genealogy.things import Kind


@dataclass(frozen=True, slots=True)
class Fed:
    """What one event of a transformation put in, and when."""

    key: str
    at: int
    amounts: tuple[Amount, ...]


def pool(making: str, code: str) -> str:
    """Return the code of the lot that stands for a thing in a transformation."""
    kind = things.kind_of(code)
    item = code if kind is Kind.ITEM else things.item_of(code)
    return things.lot(things.own("item", f"transformation {item}".strip()), f"{making} {code}")


def filled(making: str, fed: Sequence[Fed], last: int) -> Iterator[Act]:
    """Yield what went into pools before the last output came, each at its own moment."""
    for each in fed:
        if each.at < last:
            for amount in each.amounts:
                into = Amount(pool(making, amount.code), _pieces(amount))
                yield Act(each.key, Did.MADE, each.at, (amount,), (into,))


def taken(making: str, fed: Sequence[Fed], at: int) -> tuple[Amount, ...]:
    """Return what an output at a moment is made of: pools, and things that are not in one yet.

    What is recorded as put in only later is kept as an input itself: clocks differ.
    """
    first: dict[str, int] = {}
    sums: dict[str, float | None] = {}
    for each in fed:
        for amount in each.amounts:
            code, much = amount.code, _pieces(amount)
            first[code] = min(first.get(code, each.at), each.at)
            before = sums.get(code, 0.0)
            sums[code] = None if before is None or much is None else before + much
    return tuple(
        Amount(pool(making, code) if moment < at else code, sums[code])
        for code, moment in first.items()
    )


def _pieces(amount: Amount) -> float | None:
    counted = things.kind_of(amount.code) in (Kind.LOT, Kind.ITEM)
    return amount.quantity if counted else 1.0
