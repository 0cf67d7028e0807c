"""A filled report as frozen values, and the test of whether a series of reports may end.

A report holds ids and values, never labels: a label may be put better one day, and a report filed
before must still come out equal, byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from kaishu.core.progress import percent

Plain = None | bool | int | str | date


class Comparison(StrEnum):
    """How a rate is held against a bar; sources differ ("over 90 %", "90 % or more")."""

    OVER = "over"
    AT_LEAST = "at_least"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share, kept exactly as its two counts."""

    units: int
    target: int

    @property
    def exact(self) -> Fraction | None:
        """Return the share; None of nothing."""
        return Fraction(self.units, self.target) if self.target > 0 else None

    def __str__(self) -> str:
        shown = percent(self.exact)
        return f"{shown} %" if shown else "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in minor units."""

    amount: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value, and the address of the rows behind it ("" where it has none)."""

    of: Plain | Rate | Money | tuple[str, ...] = None
    rows: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table: `id` is a model code or a fixed word, `cells` one value a column."""

    id: str
    cells: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table's rows, in order."""

    rows: tuple[Row, ...] = ()


Filled = Value | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What "this period" means: after `since` (None: from the start), up to `until`."""

    since: datetime | None
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One filled form. Two reports are equal when their canonical JSON is.

    `edition` is the number of the edition that was in force as known then; `subject` the due date
    or incident that the report is about; `typed` what people wrote, by field.
    """

    form: str
    version: int
    recall: str
    edition: int
    subject: str
    language: str
    done_rule: str
    as_of: datetime
    known_at: datetime
    period: Period
    values: Mapping[str, Filled]
    typed: Mapping[str, str] = field(default_factory=dict)

    def plain(self) -> dict[str, object]:
        """Return what is frozen: ids and values, without addresses of pages, which may move."""
        head = {
            each.name: getattr(self, each.name) for each in fields(self) if each.name != "values"
        }
        return {**head, "values": {name: _plain(found) for name, found in self.values.items()}}


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRule:
    """When progress reports may end, as the form's data has it.

    `plateau_points`: the corrected rate rose by less than so many percentage points in
    `plateau_years`. The sources say "plateau" without a number, so the number is our own reading.
    """

    years_without_accident: int
    percent: int
    comparison: Comparison
    plateau_years: int
    plateau_points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndFacts:
    """What the end test looks at. `corrected_before` is the rate `plateau_years` ago."""

    started: date
    last_accident: date | None
    today: date
    rate: Fraction | None
    corrected: Fraction | None
    corrected_before: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndResult:
    """Each part of the test, and whether reports may end by our reading. A person decides."""

    quiet_since: date
    quiet_long_enough: bool
    rate_reached: bool
    plateau: bool

    @property
    def may_end(self) -> bool:
        """Say whether the test is met."""
        return self.quiet_long_enough and (self.rate_reached or self.plateau)


def _plain(found: Filled) -> object:
    if isinstance(found, Value):
        return found.of
    return [
        {"id": row.id, **{name: value.of for name, value in row.cells.items()}}
        for row in found.rows
    ]


def may_end(rule: EndRule, facts: EndFacts, *, comparison: Comparison | None = None) -> EndResult:
    """Hold the facts against the rule; `comparison` tries the other wording of the sources."""
    quiet_since = max(facts.started, facts.last_accident or facts.started)
    reached = any(
        reaches(rate, rule.percent, comparison or rule.comparison)
        for rate in (facts.rate, facts.corrected)
    )
    old_enough = years_after(facts.started, rule.plateau_years) <= facts.today
    rise = (facts.corrected or Fraction(0)) - (facts.corrected_before or Fraction(0))
    return EndResult(
        quiet_since=quiet_since,
        quiet_long_enough=years_after(quiet_since, rule.years_without_accident) <= facts.today,
        rate_reached=reached,
        plateau=old_enough and rise * 100 < Fraction(rule.plateau_points),
    )


def reaches(rate: Fraction | None, bar: int, comparison: Comparison) -> bool:
    """Say whether an exact rate reaches a bar in per cent; a rounded one is never asked."""
    if rate is None:
        return False
    limit = Fraction(bar, 100)
    return rate > limit if comparison is Comparison.OVER else rate >= limit


def years_after(day: date, years: int) -> date:
    """Return the same day so many years later; 29 February becomes 1 March, never earlier."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
