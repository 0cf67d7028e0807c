"""What an owner may do to their own claim after it was sent. Each act is one transaction.

`seen` is the number of the newest decision that the owner's page showed: a page from yesterday
cannot act on a claim that was decided this morning (DecisionConflict).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from kaishu.base.sealing import seal, unseal
from kaishu.claims import evidence_rows, lookups, messages, tokens
from kaishu.claims.access import send_code
from kaishu.claims.decide import decide, lock, standing_of
from kaishu.claims.errors import DecisionNotOpen, NothingSaid, TooManyFiles
from kaishu.claims.facts import DANGEROUS, EvidenceRef
from kaishu.claims.kits import keep_condition
from kaishu.claims.models import Claim, ClaimUnit, Decision, Evidence, Note
from kaishu.claims.queries import queue_filter
from kaishu.claims.reasons import Standing
from kaishu.claims.search import keep as search
from kaishu.claims.terms import product_of, recall_of
from kaishu.claims.views import UnitView
from kaishu.core import serials
from kaishu.core.accounts import PAID, SENT
from kaishu.incidents import actions as incidents
from kaishu.notices import actions as notices
from kaishu.people import actions as people
from kaishu.people import queries as people_queries
from kaishu.people.contact import Contact
from kaishu.people.errors import PersonForgotten

OWNER = "owner"
MOST_FILES = 40
# Where an owner may ask for another look.
ENDED = (Standing.REFUSED, Standing.WITHDRAWN)


def answer(
    *,
    claim_unit_id: int,
    at: datetime,
    seen: int | None,
    words: str = "",
    serial: str = "",
    order_amount: int | None = None,
    remedy: str = "",
    evidence: Sequence[EvidenceRef] = (),
    by: str = OWNER,
) -> Decision:
    """Answer the reviewer's question. Raises NothingSaid for an empty answer.

    `by` is the operator where the answer was given by telephone.
    """
    if not (words.strip() or serial.strip() or order_amount is not None or remedy or evidence):
        raise NothingSaid()
    with transaction.atomic():
        unit = _lock(claim_unit_id)
        decision = decide(
            claim_unit_id=claim_unit_id,
            kind="answered",
            reason="owner_answered",
            by=by,
            at=at,
            seen=seen,
            order_amount=order_amount,
            serial=serial.strip(),
            remedy=remedy,
        )
        # Also where the decision was there already: two tabs may say two things.
        _keep_serial(unit, serial)
        _keep_files(unit, evidence)
        _keep_words(unit, decision, "answer", words, at)
        return decision


def add_evidence(*, claim_unit_id: int, evidence: Sequence[EvidenceRef]) -> int:
    """Add files to a claim unit; the same file twice is one. Returns how many were new."""
    with transaction.atomic():
        return _keep_files(_lock(claim_unit_id), evidence)


def change_remedy(*, claim_unit_id: int, remedy: str, at: datetime, seen: int | None) -> Decision:
    """Choose another remedy. Raises RemedyLeft once the kit has left, RemedyNotOffered."""
    return decide(
        claim_unit_id=claim_unit_id,
        kind="remedy_changed",
        reason="owner_asked",
        by=OWNER,
        at=at,
        seen=seen,
        remedy=remedy,
    )


def may_change_remedy(unit: UnitView) -> bool:
    """Say whether another remedy can still be chosen: until the kit, or the remedy, has left."""
    live = unit.standing in (Standing.OPEN, Standing.ASKED, Standing.APPROVED)
    left = any(promise.account in (SENT, PAID) for promise in unit.promises)
    return live and not left


def withdraw(*, claim_unit_id: int, at: datetime, seen: int | None, by: str = OWNER) -> Decision:
    """Take a claim unit back. Raises RemedyLeft once the remedy is on its way."""
    return decide(
        claim_unit_id=claim_unit_id,
        kind="withdrawn",
        reason="owner_withdrew",
        by=by,
        at=at,
        seen=seen,
    )


def contest(
    *,
    claim_unit_id: int,
    words: str,
    at: datetime,
    seen: int | None,
    evidence: Sequence[EvidenceRef] = (),
) -> Decision:
    """Ask for a second look at a refused or withdrawn claim unit; it is open again.

    Raises DecisionNotOpen for any other: an approval is not undone by asking.
    """
    with transaction.atomic():
        unit = _lock(claim_unit_id)
        newest = unit.newest_decision
        if (newest.number if newest else 0) == (seen or 0) and standing_of(unit) not in ENDED:
            raise DecisionNotOpen(kind="reopened", standing=standing_of(unit))
        decision = decide(
            claim_unit_id=claim_unit_id,
            kind="reopened",
            reason="owner_contests",
            by=OWNER,
            at=at,
            seen=seen,
        )
        _keep_files(unit, evidence)
        _keep_words(unit, decision, "contest", words, at)
        return decision


def report_danger(
    *,
    claim_unit_id: int,
    condition: str,
    at: datetime,
    key: str,
    words: str = "",
    injured: bool | None = None,
    fire: bool | None = None,
    door: str = "public",
    by: str = OWNER,
) -> None:
    """Keep that the unit turned dangerous: an incident, a call, and another way back.

    A kit that is still owed becomes the right one; one that has left is for the caller to settle.
    """
    with transaction.atomic():
        unit = _lock(claim_unit_id)
        recall = recall_of(unit.edition_id)
        incidents.report(
            key=f"owner:{unit.claim.case_no}-{unit.unit_no}:{key}",
            recall_slug=recall.slug,
            market=recall.market,
            product=unit.product,
            kind=condition,
            door=door,
            by=by,
            at=at,
            case_no=unit.claim.case_no,
            unit_no=unit.unit_no,
            person_id=unit.claim.person_id,
            words=words,
            injured=injured,
            fire=fire,
        )
        if unit.condition not in DANGEROUS or condition in DANGEROUS:
            name = f"{unit.claim.case_no}-{unit.unit_no}:{key}"
            keep_condition(unit, condition, key=name, by=by, at=at)
        messages.tell(
            claim=unit.claim,
            template="danger_reported",
            at=at,
            key=f"danger:{unit.unit_no}:{key}",
            slug=recall.slug,
            unit_no=unit.unit_no,
            facts=messages.unit_facts(unit, recall),
        )


def correct_contact(
    *,
    case_no: str,
    contact: Contact,
    at: datetime,
    key: str,
    by: str = OWNER,
    why: str = "owner_corrected",
) -> None:
    """Replace the owner's details; a changed mail address is told to the old and the new one."""
    with transaction.atomic():
        claim = Claim.objects.select_for_update().get(id=lookups.claim(case_no).id)
        before = people_queries.contact(claim.person_id)
        if before == contact:
            return
        people.correct(person_id=claim.person_id, contact=contact, by=by, why=why, at=at)
        search.renew(claim.id)
        if before.email == contact.email:
            return
        Claim.objects.filter(id=claim.id).update(mail_confirmed_at=None)
        # What was mailed to the old address says nothing about the new one.
        claim.codes.filter(used_at=None).update(used_at=at)
        _tell_both(claim, before.email, contact.email, key=key, at=at)


def renew_link(*, case_no: str, at: datetime) -> str:
    """Make every older link of a claim useless, mail the new one, and return its secret."""
    with transaction.atomic():
        claim = Claim.objects.select_for_update().get(id=lookups.claim(case_no).id)
        claim.link_no += 1
        secret = messages.link_token(claim)
        claim.token_hash = tokens.token_hash(secret)
        claim.save(update_fields=["link_no", "token_hash"])
        notices.relink(case_no=claim.case_no, link=messages.link_path(claim))
        messages.tell(
            claim=claim,
            template="link_again",
            at=at,
            key=f"link:{claim.link_no}",
            slug=_slug(claim),
        )
        return secret


def queue_place(*, case_no: str, unit_no: int) -> int | None:
    """Return how many units a person looks at before this one; None where none is waiting.

    Dangerous ones come first, then the older: the order of the reviewers' own queue.
    """
    mine = lookups.claim_unit(case_no=case_no, unit_no=unit_no)
    if standing_of(mine) is not Standing.OPEN:
        return None
    waiting = ClaimUnit.objects.filter(
        queue_filter("to_review") | (Q(contested=True) & queue_filter("contested")),
        recall_id=mine.recall_id,
    )
    older = Q(waits_since__lt=mine.waits_since) | Q(waits_since=mine.waits_since, id__lt=mine.id)
    dangerous = Q(urgency=0)
    if mine.condition in DANGEROUS:
        return waiting.filter(dangerous & older).count()
    return waiting.filter(dangerous | older).count()


def _lock(claim_unit_id: int) -> ClaimUnit:
    """Lock a claim unit whose owner is still known. Raises PersonForgotten.

    The page may have been opened before the erasure: nothing personal comes in after it.
    """
    unit = lock(claim_unit_id)
    if people_queries.forgotten_at(unit.claim.person_id) is not None:
        raise PersonForgotten
    return unit


def _tell_both(claim: Claim, old: str, new: str, *, key: str, at: datetime) -> None:
    if old:
        messages.tell(
            claim=claim,
            template="mail_changed",
            at=at,
            key=f"mail-changed:old:{key}",
            slug=_slug(claim),
            to=old,
            link=False,
        )
    if new:
        send_code(claim=claim, template="mail_changed", at=at, key=f"mail-changed:new:{key}")


def _keep_serial(unit: ClaimUnit, typed: str) -> None:
    """Keep a serial that can be read where the claim had none; a person still decides."""
    if not typed.strip() or unit.serial:
        return
    recall = recall_of(unit.edition_id)
    if recall.product(unit.product) is None:
        return
    form = recall.serial_format(product_of(recall, unit.product))
    found = serials.read(typed, form).serial
    if found:
        ClaimUnit.objects.filter(id=unit.id, serial="").update(serial=found)
        search.renew(unit.claim_id)


def _keep_files(unit: ClaimUnit, items: Sequence[EvidenceRef]) -> int:
    kept = Evidence.objects.filter(claim=unit.claim)
    known = set(kept.filter(claim_unit=unit).values_list("kind", "sha256"))
    new = [item for item in items if (item.kind, item.sha256) not in known]
    if kept.count() + len(new) > MOST_FILES:
        raise TooManyFiles(most=MOST_FILES)
    evidence_rows.keep(unit.claim, unit, new)
    return len(new)


def _keep_words(unit: ClaimUnit, decision: Decision, kind: str, words: str, at: datetime) -> None:
    text = words.strip().encode()
    if not text or text in _said(decision):
        return
    note = Note.objects.create(claim_unit=unit, decision=decision, kind=kind, at=at)
    note.sealed = seal(text, purpose=f"claims:note:{note.id}")
    note.save(update_fields=["sealed"])


def _said(decision: Decision) -> set[bytes]:
    kept = Note.objects.filter(decision=decision, sealed__isnull=False)
    return {unseal(bytes(note.sealed or b""), purpose=f"claims:note:{note.id}") for note in kept}


def _slug(claim: Claim) -> str:
    unit = claim.units.order_by("unit_no").first()
    return recall_of(unit.edition_id).slug if unit else ""
