"""Change an owner's details by telephone: at once where it is harmless, after a day where money is.

Who is paid and where answers go is what a stranger would want to change. Such a change needs a
code from the old mail, waits 24 hours, and is told to the old address meanwhile (OWASP ASVS 5.0,
2.3.2 and 7.5.3). Until it takes effect the old details hold for everything.

Where there is no old mail, no code can come from it: then a second colleague calls the number that
we had and agrees, or the change never takes effect.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from kaishu.base.sealing import seal, unseal
from kaishu.claims import access, lookups, messages, owner
from kaishu.claims.hotline.caller import need_known
from kaishu.claims.hotline.errors import ChangeWaits, NothingWaits, OwnChange, SameCall
from kaishu.claims.hotline.models import APPLIED, STOPPED, ContactChange
from kaishu.claims.models import Claim
from kaishu.claims.terms import recall_of
from kaishu.core.answer import spoken_date
from kaishu.core.recall import Recall
from kaishu.markets import zone_of
from kaishu.notices import actions as notices
from kaishu.notices.models import ASKED_BY_OWNER
from kaishu.people import queries as people
from kaishu.people.contact import Contact
from kaishu.people.errors import PersonForgotten

HOLD = timedelta(hours=24)
# The key of the call in which a colleague asks at the number that we had.
ASKED_BACK = "contact-change:"
_AGREED = Q(needs_second=False) | ~Q(agreed_by="")
# Who is paid, and how we reach the person who would notice.
WHO = ("name", "name_kana", "email", "phone")
WHERE = ("country", "postcode", "region", "city", "street", "building", "address")


@dataclass(frozen=True, slots=True)
class Changed:
    """What came of a change: which fields hold already, which wait, and until when."""

    now: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    due_at: datetime | None = None


def change_contact(
    *, case_no: str, contact: Contact, code: str = "", by: str, at: datetime, key: str
) -> Changed:
    """Change what a caller who is known asks for. Sending the same again changes nothing.

    Raises CallerUnknown; SameCall where `by` opened the claim within a day; CodeWrong, CodeOld,
    CodeLocked for the digits from the old mail; ChangeWaits where another change waits.
    """
    claim = need_known(case_no=case_no, by=by, at=at)
    before = people.contact(claim.person_id)
    differ = [name for name in (*WHO, *WHERE) if getattr(before, name) != getattr(contact, name)]
    held = [name for name in differ if name in _held(claim)]
    if held:
        _may_hold(claim, by=by, at=at)
        if before.email:
            access.try_change_code(claim=claim, code=code, at=at)
    at_once = [name for name in differ if name not in held]
    with transaction.atomic():
        if at_once:
            harmless = replace(before, **{name: getattr(contact, name) for name in at_once})
            owner.correct_contact(
                case_no=case_no, contact=harmless, at=at, key=key, by=by, why="owner_called"
            )
        second = not before.email
        due_at = _hold(claim, contact, held, by=by, at=at, second=second) if held else None
    return Changed(tuple(at_once), tuple(held), due_at)


def apply_due(*, at: datetime) -> Mapping[str, int]:
    """Let the changes whose day is over take effect; returns how many. The worker calls this."""
    due = ContactChange.objects.filter(_AGREED, done_at=None, due_at__lte=at).order_by(
        "due_at", "id"
    )
    applied = sum(_apply(number, at) for number in list(due.values_list("id", flat=True)))
    return {"changes": applied}


@transaction.atomic
def stop(*, case_no: str, by: str, at: datetime) -> None:
    """Stop the change that waits: whoever says it was not them is believed. Raises NothingWaits."""
    claim = lookups.claim(case_no)
    if not _finish(claim.contact_changes.all(), STOPPED, by=by, at=at):
        raise NothingWaits()


@transaction.atomic
def agree(*, case_no: str, by: str, at: datetime) -> None:
    """Agree to a change that no old mail could vouch for, after calling the number that we had.

    It still waits for its day. Raises NothingWaits, OwnChange where `by` wrote it down.
    """
    claim = lookups.claim(case_no)
    rows = claim.contact_changes.filter(done_at=None, needs_second=True, agreed_by="")
    row = rows.first()
    if row is None:
        raise NothingWaits()
    if row.by == by:
        raise OwnChange()
    if not rows.exclude(by=by).update(agreed_by=by, agreed_at=at):
        raise NothingWaits()


def waiting(claim_id: int) -> ContactChange | None:
    """Return the change of a claim that waits for its day to be over."""
    return ContactChange.objects.filter(claim=claim_id, done_at=None).first()


def forget(claim_ids: list[int], *, at: datetime) -> None:
    """Empty the changes of claims whose owner is forgotten."""
    _finish(ContactChange.objects.filter(claim__in=claim_ids), STOPPED, by="erasure", at=at)


def _held(claim: Claim) -> tuple[str, ...]:
    """Return what waits a day; goods go to the address, so that for them it is who is paid."""
    return (*WHO, *WHERE) if _goods(claim) else WHO


def _goods(claim: Claim) -> bool:
    recall = _recall(claim)
    chosen = [recall.remedy(unit.remedy) for unit in claim.units.all()]
    return any(each is not None and each.commodity.startswith("sku:") for each in chosen)


def _may_hold(claim: Claim, *, by: str, at: datetime) -> None:
    if claim.door == "console" and claim.by == by and at - claim.submitted_at < HOLD:
        raise SameCall()
    if waiting(claim.id) is not None:
        raise ChangeWaits()


def _hold(
    claim: Claim, contact: Contact, held: list[str], *, by: str, at: datetime, second: bool
) -> datetime:
    due_at = at + HOLD
    values = {name: value for name, value in asdict(contact).items() if name in held}
    try:
        with transaction.atomic():
            row = ContactChange.objects.create(
                claim=claim,
                fields=",".join(held),
                by=by,
                asked_at=at,
                due_at=due_at,
                needs_second=second,
            )
    except IntegrityError:
        raise ChangeWaits() from None
    row.sealed = seal(json.dumps(values).encode(), purpose=_purpose(row.id))
    row.save(update_fields=["sealed"])
    recall = _recall(claim)
    if second:
        notices.call_back(
            why=ASKED_BY_OWNER,
            key=f"{ASKED_BACK}{row.id}",
            person_id=claim.person_id,
            recall_slug=recall.slug,
            case_no=claim.case_no,
            due_at=due_at,
            at=at,
        )
    zone = zone_of([recall.market])
    until = due_at.astimezone(zone) if zone else due_at
    messages.tell(
        claim=claim,
        template="change_waits",
        at=at,
        key=f"change-waits:{row.id}",
        slug=recall.slug,
        facts={"until": f"{spoken_date(until.date(), claim.language)} {until:%H:%M}"},
    )
    return due_at


@transaction.atomic
def _apply(change_id: int, at: datetime) -> bool:
    rows = ContactChange.objects.select_for_update()
    row = rows.filter(_AGREED, id=change_id, done_at=None).first()
    if row is None or row.sealed is None:
        return False
    claim = Claim.objects.get(id=row.claim_id)
    values = json.loads(unseal(bytes(row.sealed), purpose=_purpose(row.id)))
    if not _finish(ContactChange.objects.filter(id=row.id), APPLIED, by="worker", at=at):
        return False
    try:
        changed = replace(people.contact(claim.person_id), **values)
    except PersonForgotten:
        return False
    owner.correct_contact(
        case_no=claim.case_no,
        contact=changed,
        at=at,
        key=f"held:{row.id}",
        by=row.by,
        why="owner_called",
    )
    return True


def _finish(rows: QuerySet[ContactChange], outcome: str, *, by: str, at: datetime) -> int:
    # waiting → applied or stopped, by one process only
    return rows.filter(done_at=None).update(done_at=at, done_by=by, outcome=outcome, sealed=None)


def _recall(claim: Claim) -> Recall:
    unit = claim.units.order_by("unit_no").first()
    assert unit is not None, "a claim has a unit"
    return recall_of(unit.edition_id)


def _purpose(change_id: int) -> str:
    return f"claims:contact-change:{change_id}"
