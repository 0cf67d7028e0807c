"""The queues as the console shows them: claims' own, and those that the books know about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from kaishu.books.models import Promise
from kaishu.books.queries import units_by_id
from kaishu.claims import case_numbers
from kaishu.claims.case import decision_facts
from kaishu.claims.facts import DANGEROUS
from kaishu.claims.models import ClaimUnit
from kaishu.claims.queries import inspections_that_count, queue_filter
from kaishu.claims.reasons import Standing
from kaishu.core import stage as stages
from kaishu.core.accounts import OWED, PROMISE_ENDS, SENT

NAMES = (
    "to_review",
    "urgent",
    "contested",
    "asked",
    "kit_due",
    "collected",
    "done",
    "refused",
    "withdrawn",
    "all",
)
# Queues in which somebody waits for us, so that the oldest age matters.
WAITING = frozenset({"to_review", "urgent", "contested", "asked", "kit_due", "collected"})
PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a queue."""

    case_no: str
    unit_no: int
    product: str
    serial: str
    verdict: str
    remedy: str
    edition_id: int
    stage: str
    condition: str
    dangerous: bool
    submitted_at: datetime


def counts() -> dict[str, tuple[int, datetime | None]]:
    """Return how many units stand in each queue and since when the oldest waits."""
    rows = _annotated()
    wanted: dict[str, Count | Min] = {}
    for name in NAMES:
        wanted[f"{name}_count"] = Count("id", filter=_filter(name))
        if name in WAITING:
            wanted[f"{name}_oldest"] = Min("claim__submitted_at", filter=_filter(name))
    found = rows.aggregate(**wanted)
    return {name: (found[f"{name}_count"], found.get(f"{name}_oldest")) for name in NAMES}


def page(name: str, *, offset: int = 0) -> list[Row]:
    """Return a page of a queue: dangerous units first, then the oldest; what is done, newest."""
    rows = _annotated().filter(_filter(name))
    if name in WAITING:
        rows = rows.order_by(_danger(), "claim__submitted_at", "id")
    else:
        rows = rows.order_by("-claim__submitted_at", "-id")
    return _rows(rows[offset : offset + PAGE])


def after(name: str, *, not_unit: int) -> ClaimUnit | None:
    """Return the claim unit to take up next in a queue."""
    rows = _annotated().filter(_filter(name)).exclude(id=not_unit).select_related("claim")
    return rows.order_by(_danger(), "claim__submitted_at", "id").first()


def search(typed: str) -> list[Row]:
    """Find claim units by case number or by the start of a serial."""
    label = re.fullmatch(r"(.{12,})-\d{1,2}", typed.strip())  # case and unit, as printed
    case_no = case_numbers.check(typed) or (label and case_numbers.check(label[1]))
    if case_no is not None:
        return _rows(ClaimUnit.objects.filter(claim__case_no=case_no).order_by("unit_no"))
    plain = "".join(unicodedata.normalize("NFKC", typed).split()).upper().replace("-", "")
    if len(plain) < 3:
        return []
    found = Q(serial__startswith=plain) | Q(serial_typed__istartswith=typed.strip())
    return _rows(ClaimUnit.objects.filter(found).order_by("-id")[:PAGE])


def _danger() -> Case:
    return Case(
        When(condition__in=DANGEROUS, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )


def _annotated() -> QuerySet[ClaimUnit]:
    promises = Promise.objects.filter(
        case_no=OuterRef("claim__case_no"), unit_no=OuterRef("unit_no")
    )
    inspections = inspections_that_count().filter(claim_unit=OuterRef("id"))
    return ClaimUnit.objects.annotate(
        kit_owed=Exists(promises.filter(role="kit", account=OWED)),
        remedy_owed=Exists(promises.filter(role="remedy", account=OWED)),
        remedy_sent=Exists(promises.filter(role="remedy", account=SENT)),
        remedy_ended=Exists(promises.filter(role="remedy", account__in=PROMISE_ENDS)),
        collected=Exists(inspections),
    )


def _filter(name: str) -> Q:
    approved = Q(newest_decision__standing=Standing.APPROVED)
    known_by_the_books = {
        "kit_due": approved & Q(kit_owed=True, collected=False),
        "collected": approved & Q(remedy_owed=True, collected=True),
        "done": approved & Q(remedy_ended=True, remedy_owed=False, remedy_sent=False),
    }
    return known_by_the_books.get(name) or queue_filter(name)


def _rows(found: Iterable[ClaimUnit]) -> list[Row]:
    if isinstance(found, QuerySet):
        found = found.select_related("claim", "newest_decision").prefetch_related("decisions")
    units = list(found)
    promises: dict[tuple[str, int], list[Promise]] = {}
    for promise in Promise.objects.filter(case_no__in={unit.claim.case_no for unit in units}):
        promises.setdefault((promise.case_no, promise.unit_no), []).append(promise)
    held = units_by_id([unit.unit_id for unit in units if unit.unit_id is not None])
    return [
        _row(
            unit,
            None if unit.contested or unit.unit_id is None else held[unit.unit_id].account,
            promises.get((unit.claim.case_no, unit.unit_no), []),
        )
        for unit in units
    ]


def _row(unit: ClaimUnit, account: str | None, promises: Sequence[Promise]) -> Row:
    decisions = sorted(unit.decisions.all(), key=lambda decision: decision.number)
    seen = stages.stage(
        decision_facts(decisions),
        account,
        [stages.PromiseFact(p.role, p.commodity, p.account) for p in promises],
        contested=unit.contested,
    )
    remedy = next((d.facts["remedy"] for d in reversed(decisions) if "remedy" in d.facts), "")
    return Row(
        case_no=unit.claim.case_no,
        unit_no=unit.unit_no,
        product=unit.product,
        serial=unit.serial or unit.serial_typed,
        verdict=unit.verdict_answer,
        remedy=remedy or unit.remedy,
        edition_id=unit.edition_id,
        stage=str(seen.code),
        condition=unit.condition,
        dangerous=unit.condition in DANGEROUS,
        submitted_at=unit.claim.submitted_at,
    )
