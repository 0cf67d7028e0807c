"""Take what is personal out of messages whose time is up."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from kaishu.notices.models import GIVEN_UP, OPEN, SENT, Message

TOO_OLD = "too_old"


@transaction.atomic
def empty_old(*, before: datetime, at: datetime, dry_run: bool = False) -> int:
    """Empty what is sealed in messages that were sent, or that waited too long to be of use.

    A link that nobody could send for a month is ended: it would be news of long ago.
    """
    held = Message.objects.filter(Q(sealed__isnull=False) | Q(sealed_to__isnull=False))
    due = held.filter(Q(state=SENT) | Q(queued_at__lte=before))
    if dry_run:
        return due.count()
    numbers = list(due.values_list("id", flat=True))
    Message.objects.filter(id__in=numbers, state__in=OPEN).update(
        state=GIVEN_UP, failed_at=at, leased_until=None, last_error=TOO_OLD
    )
    return Message.objects.filter(id__in=numbers).update(sealed=None, sealed_to=None)
