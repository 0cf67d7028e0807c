"""The kits that are owed, in order of approval, and what the stock says to each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from kaishu.books.models import Promise
from kaishu.claims.models import Claim, ClaimUnit, Decision
from kaishu.core.triage import SPECIAL_KIT
from kaishu.returns.kit_stock import Stock, stock
from kaishu.returns.kits import kits_to_send

READY, SHORT, PICKUP = "ready", "short", "pickup"
STATES = (READY, SHORT, PICKUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which kits a list shows; an empty field is no condition."""

    recall_id: int | None = None
    kit: str = ""
    language: str = ""
    state: str = ""
    numbers: tuple[int, ...] = ()


EVERY = Wanted()


@dataclass(frozen=True, slots=True, kw_only=True)
class KitLine:
    """One kit to send. `number` is its promise; `state` one of `STATES`.

    `position` counts from 1 among the kits of its kind, in order of approval; `ready_on` is when
    a short one can leave, None where nobody knows.
    """

    number: int
    recall_id: int
    kit: str
    case_no: str
    unit_no: int
    unit: ClaimUnit
    language: str
    approved_at: datetime
    position: int
    state: str
    ready_on: date | None


def owed_kits(*, wanted: Wanted = EVERY) -> list[KitLine]:
    """Return the kits to send, the earliest approved first; every kind is counted by itself."""
    stocks = {(row.recall_id, row.kit): row for row in stock(recall_id=wanted.recall_id)}
    rows = list(_promises(wanted.recall_id))
    units = _units(rows)
    places: Counter[tuple[int, str]] = Counter()
    lines = []
    for row in rows:
        kind = (row.recall_id, row.commodity)
        position = places[kind]
        places[kind] += 1
        unit = units.get((row.case_no, row.unit_no))
        if unit is not None:
            lines.append(_line(row, unit, position, stocks.get(kind)))
    return [line for line in lines if _is_wanted(line, wanted)]


def counts(lines: Iterable[KitLine]) -> dict[str, int]:
    """Return how many lines are in each of `STATES`."""
    counted = Counter(line.state for line in lines)
    return {state: counted[state] for state in STATES}


def _promises(recall_id: int | None) -> QuerySet[Promise]:
    """Return the owed kits with the time of approval: a promise changed since keeps its place."""
    approved = Decision.objects.filter(
        claim_unit__claim__case_no=OuterRef("case_no"),
        claim_unit__unit_no=OuterRef("unit_no"),
        kind="approved",
    ).order_by("number")
    submitted = Claim.objects.filter(case_no=OuterRef("case_no"))
    rows = kits_to_send() if recall_id is None else kits_to_send().filter(recall_id=recall_id)
    return rows.annotate(
        approved_at=Coalesce(
            Subquery(approved.values("at")[:1]), Subquery(submitted.values("submitted_at")[:1])
        )
    ).order_by("approved_at", "id")


def _units(rows: Sequence[Promise]) -> dict[tuple[str, int], ClaimUnit]:
    units = ClaimUnit.objects.select_related("claim", "newest_decision")
    found: dict[tuple[str, int], ClaimUnit] = {}
    for start in range(0, len(rows), 500):  # an IN list of a database has an end
        cases = {row.case_no for row in rows[start : start + 500]}
        for unit in units.filter(claim__case_no__in=cases):
            found[unit.claim.case_no, unit.unit_no] = unit
    return found


def _line(row: Promise, unit: ClaimUnit, position: int, kept: Stock | None) -> KitLine:
    state = READY
    if row.commodity == SPECIAL_KIT:
        state = PICKUP
    elif kept is not None and not kept.is_reserved(position):
        state = SHORT
    return KitLine(
        number=row.id,
        recall_id=row.recall_id,
        kit=row.commodity,
        case_no=row.case_no,
        unit_no=row.unit_no,
        unit=unit,
        language=unit.claim.language,
        approved_at=getattr(row, "approved_at"),  # noqa: B009 (annotated in the query)
        position=position + 1,
        state=state,
        ready_on=kept.forecast(position) if kept is not None and state == SHORT else None,
    )


def _is_wanted(line: KitLine, wanted: Wanted) -> bool:
    return (
        wanted.kit in ("", line.kit)
        and wanted.language in ("", line.language)
        and wanted.state in ("", line.state)
        and (not wanted.numbers or line.number in wanted.numbers)
    )
