"""Bring in one row: the claim, where its unit is, what was decided, what was paid elsewhere.

Each step is the action that a person would have used, so every rule of the house holds. The whole
row is one transaction with the job's own, so a killed worker leaves whole rows behind and no half.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime

from kaishu.base.jobs import JobKind, JobView, Progress, RowView
from kaishu.books import actions as books
from kaishu.books.locks import hold
from kaishu.books.queries import promises_of_case
from kaishu.books.values import Place
from kaishu.claims import holding, messages
from kaishu.claims.decide import decide
from kaishu.claims.imports.check import check_file
from kaishu.claims.imports.errors import RowTwice
from kaishu.claims.imports.models import ClaimImport
from kaishu.claims.imports.plan import ALREADY, CONTESTED, DOOR, Planned, pack_of, plan_row
from kaishu.claims.imports.rows import REFUSED, moment
from kaishu.claims.lookups import claim_unit
from kaishu.claims.models import Claim, ClaimUnit
from kaishu.claims.submit import submit_claim
from kaishu.claims.terms import purchase_of, recall_of, remedy_of
from kaishu.core.accounts import DEPOT, DISPOSED, OWED, PAID, RECYCLER, SENT
from kaishu.core.recall import Recall
from kaishu.core.remedy import award

CHECK, IMPORT = "claims_import_check", "claims_import"
PAID_BEFORE = "paid_before_import"
BEFORE = "happened_before_import"


def import_row(job: JobView, row: RowView, at: datetime) -> Mapping[str, str | int]:
    """Bring in one row of the file; a row that is there already does nothing."""
    source = ClaimImport.objects.get(id=int(job.facts["import"]))
    pack = pack_of(source)
    number = int(row.facts["row"])
    planned = plan_row(source, number, pack, today=at.date())
    hold({f"import {source.recall_id} {planned.key}"})  # two files may bring the same reference
    first = Claim.objects.filter(door=DOOR, key=planned.key).first()
    if first is not None and source.started_at and first.recorded_at >= source.started_at:
        # The try-out said so too: which of the two rows is right, a person finds out.
        raise RowTwice(reference=planned.row.reference)
    if first is not None:
        return {"did": ALREADY, "case_no": first.case_no}
    with nullcontext() if source.settings.get("mail") else messages.silence():
        return _bring_in(source, planned, pack.recall, by=job.by, at=at)


def _bring_in(
    source: ClaimImport, planned: Planned, recall: Recall, *, by: str, at: datetime
) -> Mapping[str, str | int]:
    row = planned.row
    sent = submit_claim(
        facts=row.facts,
        key=planned.key,
        door=DOOR,
        by=by,
        at=at,
        filed_at=moment(row.filed_on, at=at),
    )
    unit = claim_unit(case_no=sent.case_no, unit_no=1)
    did = {"did": planned.did, "case_no": sent.case_no, "verdict": unit.verdict_answer}
    if unit.contested:
        return {**did, "did": CONTESTED}
    if row.collected:
        _collect(source, planned, unit, recall, by=by, at=at)
    if planned.approves:
        _approve(planned, unit, by=by, at=at)
    elif row.decision == REFUSED and source.settings.get("refusal"):
        _decide(unit, "refused", str(source.settings["refusal"]), by=by, at=at)
    if row.paid:
        _pay(planned, sent.case_no, by=by, at=at)
        return {**did, "paid": planned.amount, "commodity": planned.commodity}
    return did


def _collect(
    source: ClaimImport, planned: Planned, unit: ClaimUnit, recall: Recall, *, by: str, at: datetime
) -> None:
    """Bring the unit to the depot, and on to the recycler and its end, on the days of the file."""
    row, settings = planned.row, source.settings
    unit_id = holding.tag_for_arrival(unit, recall=recall)
    came = moment(row.collected_on or row.disposed_on, at=at)
    steps = [("parcel.received", Place(DEPOT, settings["depot"]), came)]
    if row.disposed_on:
        went = moment(row.disposed_on, at=at)
        steps += [
            ("custody.handed_over", Place(RECYCLER, settings["recycler"]), went),
            ("disposal.certified", Place(DISPOSED), went),
        ]
    for kind, place, happened_at in steps:
        books.move_unit(
            unit_id=unit_id,
            kind=kind,
            target=place,
            key=f"{kind}:{planned.key}",
            door=DOOR,
            by=by,
            at=at,
            happened_at=happened_at,
            case_no=unit.claim.case_no,
            unit_no=unit.unit_no,
            reason=BEFORE,
        )
    _decide(unit, "inspected", "unit_ok", by=by, at=at)


def _approve(planned: Planned, unit: ClaimUnit, *, by: str, at: datetime) -> None:
    """Approve, in part where less was paid than the remedy promises."""
    fresh = claim_unit(case_no=unit.claim.case_no, unit_no=unit.unit_no)
    paid = planned.row.paid_amount
    in_part = paid is not None and paid < _full_amount(fresh)
    if in_part:
        _decide(fresh, "approved", "partial", by=by, at=at, amount=paid)
    else:
        _decide(fresh, "approved", "checked", by=by, at=at)


def _full_amount(unit: ClaimUnit) -> int:
    """Return what the remedy promises for the unit, whatever was paid."""
    remedy = remedy_of(recall_of(unit.edition_id), unit.product, unit.remedy)
    return award(remedy, purchase_of(unit, ()))[0].quantity


def _pay(planned: Planned, case_no: str, *, by: str, at: datetime) -> None:
    """Move the remedy's promises to paid: they left and arrived elsewhere, on the file's day."""
    happened_at = moment(planned.row.paid_on, at=at)
    for promise in promises_of_case(case_no):
        if promise.role != "remedy" or promise.account != OWED:
            continue
        for kind, target in (("payout.sent", SENT), ("payout.settled", PAID)):
            books.move_promise(
                promise_id=promise.id,
                kind=kind,
                target=target,
                key=f"{kind}:{promise.id}",
                door=DOOR,
                by=by,
                at=at,
                happened_at=happened_at,
                reason=PAID_BEFORE,
            )


def _decide(
    unit: ClaimUnit, kind: str, reason: str, *, by: str, at: datetime, amount: int | None = None
) -> None:
    fresh = claim_unit(case_no=unit.claim.case_no, unit_no=unit.unit_no)
    newest = fresh.newest_decision
    decide(
        claim_unit_id=fresh.id,
        kind=kind,
        reason=reason,
        by=by,
        at=at,
        seen=newest.number if newest else None,
        amount=amount,
    )


def _check(job: JobView, progress: Progress, at: datetime) -> Mapping[str, object]:
    source = ClaimImport.objects.get(id=int(job.facts["import"]))
    return check_file(source, progress, today=at.date())


CLAIMS_IMPORT_CHECK = JobKind(name=CHECK, run_whole=_check)
CLAIMS_IMPORT = JobKind(name=IMPORT, run_row=import_row)
