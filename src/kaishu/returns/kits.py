"""Send return kits: the promise of a kit leaves when the kit does."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from kaishu.books import actions as books
from kaishu.books.models import Promise
from kaishu.books.queries import promises_in, promises_of_case
from kaishu.claims import decide
from kaishu.claims.messages import tell_unit
from kaishu.core.accounts import OWED, PAID, SENT
from kaishu.core.triage import SPECIAL_KIT
from kaishu.people import queries as people
from kaishu.people.errors import PersonForgotten
from kaishu.returns.errors import KitChanged, KitNotOwed
from kaishu.returns.models import Kit


def kits_to_send() -> QuerySet[Promise]:
    """Return the kits that are owed, oldest first."""
    return promises_in(account=OWED, role="kit")


def send_kit(
    *, claim_unit_id: int, tracking: str, by: str, at: datetime, key: str, kit: str = ""
) -> Kit:
    """Record that the kit for a claim unit left. A repeat gives the first record again.

    `kit` is the one that was packed. Raises KitChanged where its owner reported a danger since and
    another is owed, KitNotOwed where nothing was promised, or another kit has left already.
    """
    with transaction.atomic():
        unit = decide.lock(claim_unit_id)
        case_no, unit_no = unit.claim.case_no, unit.unit_no
        if people.forgotten_at(unit.claim.person_id):
            raise PersonForgotten()
        promise = kit_promise(case_no, unit_no, OWED)
        if promise is None:
            return _sent_before(case_no, unit_no, tracking)
        if kit and kit != promise.commodity:
            raise KitChanged(case_no=case_no, unit_no=unit_no)
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


def _sent_before(case_no: str, unit_no: int, tracking: str) -> Kit:
    kits = Kit.objects.filter(case_no=case_no, unit_no=unit_no, tracking=tracking)
    kit = kits.order_by("-id").first()
    if kit is None:
        raise KitNotOwed(case_no=case_no, unit_no=unit_no)
    return kit
