"""How far a recall has come: units done against units announced, as exact fractions.

Regulators mean different things by "done", so a form names one of four closed rules. Three rates
stand side by side, since any one of them alone can hide something:

- raw: done / target. What nobody can argue with.
- corrected: (done + estimated discarded) / target. The estimate is a parameter of a report with
  its source, never a move in the books. https://www.tokio-dr.jp/publication/column/014.html
- accounted for: (done + known to be gone) / target. No estimate: each unit gone has its entry.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from kaishu.core.accounts import DISPOSED, GONE, MADE_SAFE, REPAIRED
from kaishu.core.remedy import COLLECTED_AT


class DoneRule(StrEnum):
    """When a unit counts as done."""

    UNIT_COLLECTED = "unit_collected"  # in our hands, repaired, or made safe at home
    UNIT_ENDED = "unit_ended"  # disposed of, repaired, or made safe
    PROMISE_SETTLED = "promise_settled"  # its owner has the whole remedy
    EITHER = "either"  # collected, or its owner has the whole remedy


DONE_AT = {
    DoneRule.UNIT_COLLECTED: COLLECTED_AT,
    DoneRule.UNIT_ENDED: frozenset({DISPOSED, REPAIRED, MADE_SAFE}),
    DoneRule.PROMISE_SETTLED: frozenset[str](),
    DoneRule.EITHER: COLLECTED_AT,
}
BY_PROMISE = frozenset({DoneRule.PROMISE_SETTLED, DoneRule.EITHER})
GONE_AT = frozenset({GONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Discarded:
    """An estimate of units that owners threw away unseen; `product` "" is the whole recall.

    `source` says who estimated it and how: an estimate without one is not shown.
    """

    quantity: int
    source: str
    product: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One product of one pool. `gone` are known to be gone and not done: nothing counts twice."""

    product: str
    pool: str
    target: int
    done: int
    gone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a recall has come by one rule, as of one moment, as known at another.

    `unplaced` are owners made whole by promises whose unit the books cannot tell: they are in no
    line and so in no rate. Rates are None where nothing was announced.
    """

    rule: DoneRule
    lines: tuple[Line, ...]
    estimates: tuple[Discarded, ...] = ()
    unplaced: int = 0
    as_of: datetime | None = None
    known_at: datetime | None = None

    @property
    def products(self) -> tuple[str, ...]:
        """Name the products, in order."""
        return tuple(sorted({line.product for line in self.lines}))

    @property
    def pools(self) -> tuple[str, ...]:
        """Name the pools that hold anything, in order."""
        return tuple(sorted({line.pool for line in self.lines}))

    @property
    def target(self) -> int:
        """Count the units announced."""
        return sum(line.target for line in self.lines)

    @property
    def done(self) -> int:
        """Count the units done by the rule."""
        return sum(line.done for line in self.lines)

    @property
    def gone(self) -> int:
        """Count the units known to be gone that are not done."""
        return sum(line.gone for line in self.lines)

    @property
    def discarded(self) -> int:
        """Return the estimate of units thrown away, of these products."""
        return sum(each.quantity for each in self.estimates)

    @property
    def accounted(self) -> int:
        """Count the units of which an entry says what became of them: done, or known to be gone."""
        return self.done + self.gone

    @property
    def rate(self) -> Fraction | None:
        """Return done / target."""
        return self._of_target(self.done)

    @property
    def corrected_rate(self) -> Fraction | None:
        """Return (done + estimated discarded) / target."""
        return self._of_target(self.done + self.discarded)

    @property
    def accounted_rate(self) -> Fraction | None:
        """Return (done + known to be gone) / target."""
        return self._of_target(self.accounted)

    def of(self, product: str) -> Progress:
        """Return the part of one product, with the estimates made for it alone."""
        return replace(
            self,
            lines=tuple(line for line in self.lines if line.product == product),
            estimates=tuple(each for each in self.estimates if each.product == product),
            unplaced=0,
        )

    def in_pool(self, pool: str) -> Progress:
        """Return the part of one pool; estimates are not made by pool."""
        return replace(
            self,
            lines=tuple(line for line in self.lines if line.pool == pool),
            estimates=(),
            unplaced=0,
        )

    def _of_target(self, units: int) -> Fraction | None:
        return Fraction(units, self.target) if self.target > 0 else None


def progress(
    counts: Iterable[Line],
    *,
    rule: DoneRule,
    discarded: Collection[Discarded] = (),
    products: Collection[str] | None = None,
    unplaced: int = 0,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> Progress:
    """Put counted lines together, in one order; `products` leaves the others out.

    Raise ValueError for an estimate that is negative or has no source.
    """
    for each in discarded:
        if each.quantity < 0 or not each.source.strip():
            raise ValueError("an estimate of discarded units needs a quantity and a source")
    wanted = None if products is None else frozenset(products)
    return Progress(
        rule=rule,
        lines=tuple(
            sorted(
                (line for line in counts if wanted is None or line.product in wanted),
                key=lambda line: (line.product, line.pool),
            )
        ),
        estimates=tuple(
            each
            for each in discarded
            if each.quantity and (wanted is None or each.product in wanted)
        ),
        unplaced=unplaced,
        as_of=as_of,
        known_at=known_at,
    )


def percent(rate: Fraction | None, *, digits: int = 1) -> str:
    """Write a rate as people read it: "33.0", without the sign; "" where there is none.

    The one place where a rate is rounded: half up, but never up to 100 while a unit is missing.
    """
    if rate is None:
        return ""
    step = Decimal(1).scaleb(-digits)
    exact = Decimal(rate.numerator) * 100 / Decimal(rate.denominator)
    shown = exact.quantize(step, ROUND_HALF_UP)
    if rate < 1 and shown >= 100:
        shown = Decimal(100) - step
    return str(shown)
