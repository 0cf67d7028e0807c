"""Count tries in the database and say when there were too many.

In the database, because several web processes must count together. A time starts with the first
try and lasts `seconds`; after it the count starts anew. Each step is one guarded statement, so
that fifty tries at once are fifty tries. Never on the safety check: nobody is kept from learning
whether their battery can catch fire.

A count joins the caller's transaction: call it outside, or a rollback forgets the try.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from kaishu.base import sealing
from kaishu.base.models import Tries

CLEARED_AT_ONCE = 100


def allow(
    *, name: str, subject: str, limit: int, seconds: int, at: datetime, cost: int = 1
) -> bool:
    """Count one try of `subject` at `name`; return False when this one is over the limit.

    `cost` counts a try for several: a list of a thousand units is a thousand looks.
    """
    rows = Tries.objects.filter(name=name, subject=_hidden(name, subject))
    until = at + timedelta(seconds=seconds)
    for _ in range(2):  # a second time when somebody else began the count in between
        room = limit - cost
        if rows.filter(until__gt=at, count__lte=room).update(count=F("count") + cost):
            return True
        if rows.filter(until__lte=at).update(count=cost, until=until):
            return room >= 0
        if rows.filter(until__gt=at, count__gt=room).exists():
            return False
        if _begin(name, subject, until, cost):
            _clear(at)
            return room >= 0
    return False


def wait(*, name: str, subject: str, limit: int, at: datetime) -> int:
    """Return how many seconds are left until the next try is allowed; 0 when it is now."""
    rows = Tries.objects.filter(name=name, subject=_hidden(name, subject), count__gte=limit)
    until = rows.filter(until__gt=at).values_list("until", flat=True).first()
    return math.ceil((until - at).total_seconds()) if until else 0


def forget(*, name: str, subject: str) -> None:
    """Start the count anew, after a success."""
    Tries.objects.filter(name=name, subject=_hidden(name, subject)).delete()


def _begin(name: str, subject: str, until: datetime, cost: int) -> bool:
    hidden = _hidden(name, subject)
    try:
        with transaction.atomic():
            Tries.objects.create(name=name, subject=hidden, count=cost, until=until)
    except IntegrityError:
        return False
    return True


def _clear(at: datetime) -> None:
    """Delete counts that are over, passing by those that another transaction holds."""
    with transaction.atomic():
        over = Tries.objects.filter(until__lte=at).select_for_update(skip_locked=True)
        old = list(over.values_list("pk", flat=True)[:CLEARED_AT_ONCE])
        Tries.objects.filter(pk__in=old, until__lte=at).delete()


def _hidden(name: str, subject: str) -> str:
    return sealing.blind_index(subject, purpose=f"tries:{name}")
