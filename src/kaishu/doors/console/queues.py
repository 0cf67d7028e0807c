"""The queues as the console shows them: claims' own, and those that the books know about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from kaishu.books.models import Promise
from kaishu.books.queries import units_by_id
from kaishu.claims import case_numbers, evidence_rows
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
# Queues whose units a reviewer is handed one by one.
REVIEWED = frozenset({"to_review", "urgent", "contested"})
# Counted on every page; the others only where they are open.
COUNTED = ("to_review", "urgent", "contested", "asked", "kit_due")
PAGE = 50
MOST_COUNTED = 10_000
CHUNK = 500
Narrow = Callable[[QuerySet[ClaimUnit]], QuerySet[ClaimUnit]]
Counted = tuple[int, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a queue; `unit_id` is the claim unit's own id."""

    unit_id: int
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
    recall_id: int
    contested: bool
    language: str
    amount: int | None
    assigned_to: str
    files: int


def counts(opened: str = "") -> dict[str, Counted | None]:
    """Return how many units stand in each queue and since when the oldest waits.

    What waits for us is counted on every page, from indexed columns alone. What is over is counted
    where it is the queue that is `opened`, up to MOST_COUNTED; None = not counted.
    """
    found = _undecided()
    found["kit_due"] = _kits_due()
    if opened in NAMES and opened not in found:
        found[opened] = _counted_to_the_end(opened)
    return {name: found.get(name) for name in NAMES}


def _undecided() -> dict[str, Counted | None]:
    waiting = ClaimUnit.objects.filter(standing__in=(Standing.OPEN, Standing.ASKED))
    groups = waiting.order_by().values_list("standing", "contested", "urgency")
    tests: dict[str, Callable[[str, bool, int], bool]] = {
        "to_review": lambda standing, contested, _: standing == Standing.OPEN and not contested,
        "urgent": lambda _standing, _contested, urgency: urgency == 0,
        "contested": lambda _standing, contested, _urgency: contested,
        "asked": lambda standing, _contested, _urgency: standing == Standing.ASKED,
    }
    found: dict[str, Counted | None] = dict.fromkeys(tests, (0, None))
    for *group, count, oldest in groups.annotate(count=Count("*"), oldest=Min("waits_since")):
        for name, test in tests.items():
            if test(*group):
                found[name] = _sum(found[name], (count, oldest))
    return found


def _sum(one: Counted | None, other: Counted) -> Counted:
    count, since = one or (0, None)
    times = [moment for moment in (since, other[1]) if moment is not None]
    return count + other[0], min(times) if times else None


def _kits_due() -> Counted:
    """Count the kits that are owed: a kit is promised with an approval, and let go on arrival."""
    owed = Promise.objects.filter(account=OWED, role="kit")
    count, first = owed.aggregate(count=Count("id"), first=Min("id")).values()
    if not count:
        return 0, None
    case_no = Promise.objects.filter(id=first).values("case_no")
    oldest = ClaimUnit.objects.filter(claim__case_no__in=case_no).aggregate(at=Min("waits_since"))
    return count, oldest["at"]


def _counted_to_the_end(name: str) -> Counted:
    if name == "all":
        return ClaimUnit.objects.order_by()[: MOST_COUNTED + 1].count(), None
    rows = ClaimUnit.objects.filter(filter_of(name)).order_by()
    count = rows[: MOST_COUNTED + 1].count()
    if name not in WAITING or count > MOST_COUNTED:
        return count, None
    return count, rows.aggregate(at=Min("waits_since"))["at"]


def page(name: str, *, offset: int = 0, narrow: Narrow | None = None) -> list[Row]:
    """Return a page of a queue: dangerous units first, then the oldest; what is done, newest."""
    return _rows(ordered(name, narrow=narrow)[offset : offset + PAGE])


def ordered(name: str, *, narrow: Narrow | None = None) -> QuerySet[ClaimUnit]:
    """Return a queue's claim units in its order."""
    rows = ClaimUnit.objects.filter(filter_of(name))
    rows = narrow(rows) if narrow else rows
    if name in WAITING:
        return rows.order_by("urgency", "waits_since", "id")
    return rows.order_by("-id") if name == "all" else rows.order_by("-waits_since", "-id")


def all_rows(name: str, *, narrow: Narrow | None = None) -> Iterator[Row]:
    """Yield a whole queue, page by page, for a file."""
    found = ordered(name, narrow=narrow).values_list("id", flat=True)
    numbers = list(found)
    for first in range(0, len(numbers), CHUNK):
        some = numbers[first : first + CHUNK]
        by_id = {row.id: row for row in _units(ClaimUnit.objects.filter(id__in=some))}
        yield from _as_rows([by_id[number] for number in some if number in by_id])


def after(name: str, *, not_unit: int, narrow: Narrow | None = None) -> ClaimUnit | None:
    """Return the claim unit to take up next in a queue."""
    rows = ordered(name, narrow=narrow).exclude(id=not_unit).select_related("claim")
    return rows.first()


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


def filter_of(name: str) -> Q:
    """Return which claim units stand in a queue: by columns, and by promises of the books."""
    approved = Q(standing=Standing.APPROVED)
    inspections = inspections_that_count().filter(claim_unit=OuterRef("id"))
    if name == "kit_due":
        return approved & _promised("kit", (OWED,))
    if name == "collected":
        return approved & _promised("remedy", (OWED,)) & Q(Exists(inspections))
    if name == "done":
        open_still = _promises("remedy", (OWED, SENT))
        ended = _promised("remedy", PROMISE_ENDS)
        return approved & ended & ~Q(Exists(open_still))
    return queue_filter(name)


def _promised(role: str, accounts: Iterable[str]) -> Q:
    """Return which units have such a promise; the case numbers first, because they are indexed."""
    rows = Promise.objects.filter(role=role, account__in=tuple(accounts))
    return Q(claim__case_no__in=rows.values("case_no")) & Q(Exists(_promises(role, accounts)))


def _promises(role: str, accounts: Iterable[str]) -> QuerySet[Promise]:
    return Promise.objects.filter(
        case_no=OuterRef("claim__case_no"),
        unit_no=OuterRef("unit_no"),
        role=role,
        account__in=tuple(accounts),
    )


def _units(found: QuerySet[ClaimUnit]) -> QuerySet[ClaimUnit]:
    return found.select_related("claim", "newest_decision").prefetch_related("decisions")


def _rows(found: QuerySet[ClaimUnit]) -> list[Row]:
    return _as_rows(list(_units(found)))


def _as_rows(units: Sequence[ClaimUnit]) -> list[Row]:
    promises: dict[tuple[str, int], list[Promise]] = {}
    for promise in Promise.objects.filter(case_no__in={unit.claim.case_no for unit in units}):
        promises.setdefault((promise.case_no, promise.unit_no), []).append(promise)
    held = units_by_id([unit.unit_id for unit in units if unit.unit_id is not None])
    files = evidence_rows.counts([unit.id for unit in units])
    return [
        _row(
            unit,
            None if unit.contested or unit.unit_id is None else held[unit.unit_id].account,
            promises.get((unit.claim.case_no, unit.unit_no), []),
            files.get(unit.id, 0),
        )
        for unit in units
    ]


def _row(unit: ClaimUnit, account: str | None, promises: Sequence[Promise], files: int) -> Row:
    decisions = sorted(unit.decisions.all(), key=lambda decision: decision.number)
    seen = stages.stage(
        decision_facts(decisions),
        account,
        [stages.PromiseFact(p.role, p.commodity, p.account) for p in promises],
        contested=unit.contested,
    )
    remedy = next((d.facts["remedy"] for d in reversed(decisions) if "remedy" in d.facts), "")
    return Row(
        unit_id=unit.id,
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
        recall_id=unit.recall_id,
        contested=unit.contested,
        language=unit.claim.language,
        amount=unit.order_amount,
        assigned_to=unit.assigned_to,
        files=files,
    )
