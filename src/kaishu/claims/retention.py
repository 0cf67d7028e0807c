"""What claims keep no longer: codes, files after a closed recall, owners after a longer time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from kaishu.books.models import Promise
from kaishu.claims.erasure import (
    FORGOTTEN,
    TIME_IS_UP,
    delete_files,
    erase_person,
    mark_erased,
)
from kaishu.claims.models import AccessCode, Claim, ClaimUnit, Evidence
from kaishu.claims.reasons import Standing
from kaishu.core.accounts import OWED, SENT
from kaishu.editions import queries as editions
from kaishu.people import queries as people
from kaishu.people.retention import rule


def sweep(*, at: datetime, dry_run: bool = False) -> Mapping[str, int]:
    """Delete what is past its time and return how much of what."""
    codes = AccessCode.objects.filter(made_at__lte=rule("access_code").cut(at))
    counts = {"access_codes": codes.count(), "files": 0, "owners": 0}
    if not dry_run:
        codes.delete()
    counts["files"] = _files(at, dry_run)
    counts["owners"] = _owners(at, dry_run)
    return counts


def named(files: Collection[str]) -> set[str]:
    """Return which of these stored files a claim still needs."""
    rows = Evidence.objects.filter(name__in=files, erased=None)
    return set(rows.values_list("name", flat=True))


def _files(at: datetime, dry_run: bool) -> int:
    closed = editions.closed_before(rule("evidence").cut(at))
    kept = Evidence.objects.filter(erased=None).select_related("claim")
    # What a person still has to decide on is decided on these photos.
    over = kept.filter(claim__recall_id__in=closed).exclude(
        Exists(_undecided(OuterRef("claim_id")))
    )
    due = {
        TIME_IS_UP: list(over),
        # A file that came in while its owner was being forgotten.
        FORGOTTEN: [
            row
            for row in kept.filter(claim__person_id__in=people.forgotten_ids())
            if row.claim.recall_id not in closed
        ],
    }
    if not dry_run:
        for why, rows in due.items():
            delete_files(mark_erased(rows, why=why, at=at))
    return sum(len(rows) for rows in due.values())


def _owners(at: datetime, dry_run: bool) -> int:
    """Forget owners long after the close, unless something is owed, on its way or undecided."""
    closed = editions.closed_before(rule("contact").cut(at))
    owed = Promise.objects.filter(case_no=OuterRef("case_no"), account__in=(OWED, SENT))
    waiting = Claim.objects.filter(
        ~Q(recall_id__in=closed) | Exists(owed) | Exists(_undecided(OuterRef("pk")))
    ).values("person_id")
    over = Claim.objects.filter(recall_id__in=closed).exclude(person_id__in=waiting)
    due = over.exclude(person_id__in=people.forgotten_ids())
    cases = dict(due.values_list("person_id", "case_no"))
    if not dry_run:
        for case_no in cases.values():
            erase_person(case_no=case_no, by="worker", at=at, why=TIME_IS_UP, tell=False)
    return len(cases)


def _undecided(claim_id: OuterRef) -> QuerySet[ClaimUnit]:
    open_still = Q(newest_decision__standing__in=(Standing.OPEN, Standing.ASKED))
    return ClaimUnit.objects.filter(Q(newest_decision=None) | open_still, claim=claim_id)
