"""Send return kits: the promise of a kit leaves when the kit does."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from kaishu.books import actions as books
from kaishu.books.models import Promise, Unit
from kaishu.books.queries import promises_in, promises_of_case
from kaishu.claims import decide
from kaishu.claims.messages import tell_unit
from kaishu.claims.models import Claim, ClaimUnit
from kaishu.claims.reasons import Standing
from kaishu.core.accounts import OWED, PAID, SENT
from kaishu.core.errors import Refusal
from kaishu.core.remedy import COLLECTED_AT
from kaishu.core.triage import SPECIAL_KIT
from kaishu.people import queries as people
from kaishu.people.errors import PersonForgotten
from kaishu.returns.errors import KitChanged, KitNotOwed
from kaishu.returns.kit_errors import KitArrived, KitLeftBefore, KitNotByPost, KitWithdrawn
from kaishu.returns.models import Kit


def kits_to_send() -> QuerySet[Promise]:
    """Return the kits that are owed to people we still know, oldest first."""
    forgotten = Claim.objects.filter(person_id__in=people.forgotten_ids())
    return promises_in(account=OWED, role="kit").exclude(case_no__in=forgotten.values("case_no"))


def send_kit(
    *,
    claim_unit_id: int,
    tracking: str,
    by: str,
    at: datetime,
    key: str,
    kit: str = "",
    carrier: str = "",
    posted: bool = False,
) -> Kit:
    """Record that the kit for a claim unit left. A repeat gives the first record again.

    `kit` is the one that was packed; `posted` says that it went by post whatever it was, as in
    lists of a carrier. Raises PersonForgotten, KitNotByPost and KitChanged where its owner
    reported a danger since, KitWithdrawn, KitArrived, KitLeftBefore, and KitNotOwed where nothing
    was promised.
    """
    with transaction.atomic():
        unit = decide.lock(claim_unit_id)
        case_no, unit_no = unit.claim.case_no, unit.unit_no
        if people.forgotten_at(unit.claim.person_id):
            raise PersonForgotten()
        promise = kit_promise(case_no, unit_no, OWED)
        if promise is None:
            return _sent_before(unit, tracking)
        _refuse_wrong(promise, kit, posted=posted)
        books.move_promise(
            promise_id=promise.id,
            kind="payout.sent",
            target=SENT,
            key=f"kit:{key}",
            door="returns",
            by=by,
            at=at,
        )
        left = Kit.objects.create(
            case_no=case_no,
            unit_no=unit_no,
            promise_id=promise.id,
            tracking=tracking,
            carrier=carrier,
            by=by,
            at=at,
        )
        if promise.commodity != SPECIAL_KIT:  # a pick-up is agreed with the owner on the telephone
            tell_unit(
                case_no=case_no,
                unit_no=unit_no,
                template="kit_sent",
                key=f"kit:{left.id}",
                at=at,
                tracking=tracking,
                carrier=carrier,
            )
        return left


def settle_kit(*, case_no: str, unit_no: int, key: str, by: str, at: datetime) -> None:
    """Settle a kit that came back with something in it; without one in flight, do nothing."""
    promise = kit_promise(case_no, unit_no, SENT)
    if promise is not None:
        books.move_promise(
            promise_id=promise.id,
            kind="payout.settled",
            target=PAID,
            key=f"kit-back:{key}",
            door="returns",
            by=by,
            at=at,
        )


def kit_promise(case_no: str, unit_no: int, account: str) -> Promise | None:
    """Return the kit promise of a claim unit that stands in this account."""
    return next(
        (
            promise
            for promise in promises_of_case(case_no)
            if (promise.unit_no, promise.role, promise.account) == (unit_no, "kit", account)
        ),
        None,
    )


def refusal_now(unit: ClaimUnit, *, tracking: str = "", posted: bool = True) -> Refusal | None:
    """Return what would refuse a kit for this unit now, for a preview; None = it may leave."""
    if people.forgotten_at(unit.claim.person_id):
        return PersonForgotten()
    try:
        promise = kit_promise(unit.claim.case_no, unit.unit_no, OWED)
        if promise is None:
            _sent_before(unit, tracking)
        else:
            _refuse_wrong(promise, "", posted=posted)
    except Refusal as refusal:
        return refusal
    return None


def _refuse_wrong(promise: Promise, kit: str, *, posted: bool) -> None:
    facts = {"case_no": promise.case_no, "unit_no": promise.unit_no}
    if posted and promise.commodity == SPECIAL_KIT:
        raise KitNotByPost(**facts)
    if kit and kit != promise.commodity:
        raise KitChanged(**facts)


def _sent_before(unit: ClaimUnit, tracking: str) -> Kit:
    """Return the kit of a repeat; otherwise say why none is owed."""
    case_no, unit_no = unit.claim.case_no, unit.unit_no
    kits = Kit.objects.filter(case_no=case_no, unit_no=unit_no)
    kit = kits.filter(tracking=tracking).order_by("-id").first()
    if kit is not None:
        return kit
    facts = {"case_no": case_no, "unit_no": unit_no}
    if decide.standing_of(unit) in (Standing.WITHDRAWN, Standing.REFUSED):
        raise KitWithdrawn(**facts)
    held = Unit.objects.filter(id=unit.unit_id).first() if unit.unit_id else None
    if held is not None and not unit.contested and held.account in COLLECTED_AT:
        raise KitArrived(**facts)
    raise KitLeftBefore(**facts) if kits.exists() else KitNotOwed(**facts)
