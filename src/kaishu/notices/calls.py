"""Take a call, give it to a colleague, hand it back: one person makes it, and all see who."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from kaishu.notices.errors import CallDone, CallNotFound, CallTaken, ColleagueUnknown
from kaishu.notices.models import CallBack

# Whoever took a call and did not make it in this time holds nobody up.
HELD_FOR = timedelta(minutes=30)


@transaction.atomic
def take(*, call_id: int, who: str, at: datetime, over: bool = False) -> None:
    """Let `who` make a call. Raises CallTaken where a colleague took it a moment ago.

    `over` takes it from them all the same: a late call matters more than whose it was.
    """
    free = Q(taken_by="") | Q(taken_by=who) | Q(taken_at__lte=at - HELD_FOR)
    rows = CallBack.objects.filter(id=call_id, done_at=None)
    if rows.filter(Q() if over else free).update(taken_by=who, taken_at=at):
        return
    _refuse(call_id)


@transaction.atomic
def give(*, call_id: int, to: str, by: str, at: datetime, among: Collection[str]) -> None:
    """Give a call to a named colleague, one of `among`; it is theirs as if they had taken it.

    Only a call that is free or one's own is given away. Raises ColleagueUnknown, CallTaken.
    """
    if to not in among:
        raise ColleagueUnknown()
    free = Q(taken_by="") | Q(taken_by=by) | Q(taken_at__lte=at - HELD_FOR)
    rows = CallBack.objects.filter(free, id=call_id, done_at=None)
    if not rows.update(taken_by=to, taken_at=at):
        _refuse(call_id)


@transaction.atomic
def hand_back(*, call_id: int, by: str) -> None:
    """Give a call back to everybody. A call that is not one's own stays as it is."""
    CallBack.objects.filter(id=call_id, done_at=None, taken_by=by).update(
        taken_by="", taken_at=None
    )


def is_free(call: CallBack, *, who: str, at: datetime) -> bool:
    """Say whether this person may make the call without taking it over."""
    held = call.taken_at is not None and call.taken_at > at - HELD_FOR
    return call.taken_by in ("", who) or not held


def _refuse(call_id: int) -> None:
    call = CallBack.objects.filter(id=call_id).first()
    if call is None:
        raise CallNotFound(call=call_id)
    if call.done_at is not None:
        raise CallDone(call=call_id)
    raise CallTaken(by=call.taken_by)
