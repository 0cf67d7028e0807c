"""Read claims: one case whole, the review queue, and what payouts and returns need to know."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from kaishu.books.models import Promise, Unit
from kaishu.books.queries import units_by_id
from kaishu.claims import case_numbers
from kaishu.claims.case import briefs, case
from kaishu.claims.decide import standing_of
from kaishu.claims.facts import DANGEROUS
from kaishu.claims.lookups import claim, claim_by_token, claim_unit
from kaishu.claims.models import ClaimUnit, Decision
from kaishu.claims.reasons import COLLECTED_REASONS, UNDONE, Standing
from kaishu.claims.terms import recall_of
from kaishu.claims.views import DueFacts, QueueRow
from kaishu.core.recall import Remedy
from kaishu.people import queries as people

__all__ = [
    "QUEUES",
    "briefs",
    "case",
    "claim",
    "claim_by_token",
    "claim_unit",
    "due_facts",
    "inspections_that_count",
    "queue",
    "queue_counts",
    "queue_filter",
    "remedy",
]

QUEUES = ("to_review", "urgent", "contested", "asked", "approved", "refused", "withdrawn", "all")


def queue(
    *,
    name: str = "to_review",
    recall_id: int | None = None,
    product: str = "",
    limit: int = 50,
    offset: int = 0,
) -> tuple[QueueRow, ...]:
    """Return a page of one of `QUEUES`: dangerous units first, then the oldest."""
    rows = _in_scope(recall_id, product).filter(queue_filter(name))
    rows = rows.select_related("claim", "newest_decision").annotate(
        files=Count("evidence"),
    )
    page = rows.order_by("urgency", "waits_since", "id")[offset : offset + limit]
    return tuple(_queue_row(row) for row in page)


def queue_counts(*, recall_id: int | None = None, product: str = "") -> Mapping[str, int]:
    """Return how many units stand in each of `QUEUES`."""
    totals = {name: Count("id", filter=queue_filter(name)) for name in QUEUES if name != "all"}
    return _in_scope(recall_id, product).aggregate(**totals, all=Count("id"))


def remedy(*, edition_id: int, code: str) -> Remedy | None:
    """Return a remedy as an edition froze it."""
    return recall_of(edition_id).remedy(code)


def due_facts(promises: Collection[Promise]) -> Mapping[tuple[str, int], DueFacts]:
    """Return what is known of the claim units behind promises, by case and unit number."""
    units = list(
        ClaimUnit.objects.select_related("claim", "newest_decision").filter(
            claim__case_no__in={promise.case_no for promise in promises}
        )
    )
    books_units = units_by_id([unit.unit_id for unit in units if unit.unit_id is not None])
    collected = set(
        inspections_that_count()
        .filter(claim_unit__in=units)
        .values_list("claim_unit_id", flat=True)
    )
    forgotten = people.forgotten_among(unit.claim.person_id for unit in units)
    return {
        (unit.claim.case_no, unit.unit_no): DueFacts(
            case_no=unit.claim.case_no,
            unit_no=unit.unit_no,
            person_id=unit.claim.person_id,
            edition_id=unit.edition_id,
            approved=standing_of(unit) is Standing.APPROVED,
            collected=unit.id in collected,
            unit_account=_account(unit, books_units),
            forgotten=unit.claim.person_id in forgotten,
        )
        for unit in units
    }


def inspections_that_count() -> QuerySet[Decision]:
    """Return the inspections that found the owner's unit and that no depot took back."""
    taken_back = Decision.objects.filter(
        claim_unit=OuterRef("claim_unit"), number=OuterRef("number") + 1, reason=UNDONE
    )
    return Decision.objects.filter(kind="inspected", reason__in=COLLECTED_REASONS).exclude(
        Exists(taken_back)
    )


def _account(unit: ClaimUnit, books_units: Mapping[int, Unit]) -> str | None:
    if unit.contested or unit.unit_id is None:
        return None
    return books_units[unit.unit_id].account


def _in_scope(recall_id: int | None, product: str) -> QuerySet[ClaimUnit]:
    rows = ClaimUnit.objects.all()
    if recall_id is not None:
        rows = rows.filter(recall_id=recall_id)
    return rows.filter(product=product) if product else rows


def queue_filter(name: str) -> Q:
    """Return which claim units stand in one of `QUEUES`."""
    undecided = Q(standing__in=(Standing.OPEN, Standing.ASKED))
    filters = {
        # A list of one: SQLite walks an index by "IN (0)", and past it by "NOT contested".
        "to_review": Q(standing=Standing.OPEN, contested__in=[False]),
        "urgent": undecided & Q(urgency=0),
        "contested": undecided & Q(contested=True),
        "all": Q(),
    }
    return filters.get(name, Q(standing=name))


def _queue_row(row: ClaimUnit) -> QueueRow:
    newest = row.newest_decision
    return QueueRow(
        claim_unit_id=row.id,
        case_no=row.claim.case_no,
        grouped=case_numbers.group(row.claim.case_no),
        unit_no=row.unit_no,
        recall_id=row.recall_id,
        product=row.product,
        serial=row.serial or row.serial_typed,
        verdict_answer=row.verdict_answer,
        verdict_reason=row.verdict_reason,
        condition=row.condition,
        dangerous=row.condition in DANGEROUS,
        contested=row.contested,
        remedy=row.remedy,
        standing=standing_of(row),
        newest=newest.number if newest else None,
        evidence=getattr(row, "files", 0),
        submitted_at=row.claim.submitted_at,
    )
