"""Read the tables on from where we were, and write down who is to hear of what.

No signals: a row that is written by any door, import or worker is found by its number. Events and
the place in the table are written in one transaction, so a crash repeats a step and never skips
one; an event that was written before stays as it is.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction

from kaishu.connections import replies
from kaishu.connections.models import Delivery, Event, Followed, Subscription
from kaishu.connections.webhooks import events
from kaishu.connections.webhooks.events import Happened

AT_ONCE = 500
# Numbers are drawn before a transaction commits, so a lower one may appear after a higher one was
# read. Missing numbers are looked for so long; longer than any transaction of ours lasts.
LOOK_FOR = timedelta(minutes=15)
MOST_MISSING = 2000


def follow(*, at: datetime) -> int:
    """Read every table once and return how many deliveries are new."""
    places = {place.source: place for place in Followed.objects.all()}
    return sum(
        _follow(source, at) for source in events.READERS if _has_news(source, places.get(source))
    )


def _has_news(source: str, place: Followed | None) -> bool:
    """Say whether a look is worth a transaction: a quiet table takes no lock from anybody."""
    return place is None or bool(place.missing) or events.newest(source) > place.row_id


def _follow(source: str, at: datetime) -> int:
    table, read = events.TABLES[source]._default_manager, events.READERS[source]
    with transaction.atomic():
        place = Followed.objects.select_for_update().filter(source=source).first()
        if place is None:
            # What happened before anybody could listen is history, not news.
            start = 0 if source in events.FROM_START else events.newest(source)
            Followed.objects.get_or_create(source=source, defaults={"row_id": start})
            return 0
        rows = read(table.filter(id__gt=place.row_id).order_by("id")[:AT_ONCE])
        late = read(table.filter(id__in=list(place.missing))) if place.missing else ()
        missing = still_missing(place, [row.id for row in (*late, *rows)], at)
        reached = max((row.id for row in rows), default=place.row_id)
        if (reached, missing) != (place.row_id, place.missing):
            Followed.objects.filter(id=place.id).update(row_id=reached, missing=missing)
        return _write([row.event for row in (*late, *rows) if row.event is not None], at)


def still_missing(place: Followed, read: Sequence[int], at: datetime) -> dict[str, str]:
    """Return the numbers to look for again: old ones that did not come, and new gaps."""
    seen = set(read)
    old = {
        number: since
        for number, since in place.missing.items()
        if int(number) not in seen and datetime.fromisoformat(since) > at - LOOK_FOR
    }
    newest = max(seen, default=place.row_id)
    gaps = (number for number in range(place.row_id + 1, newest) if number not in seen)
    new = {str(number): at.isoformat() for number in islice(gaps, MOST_MISSING)}
    return {**old, **new}


def _write(found: Sequence[Happened], at: datetime) -> int:
    hearing = list(Subscription.objects.filter(off_at=None).select_related("connection"))
    wanted = [(each, _heard_by(each, hearing, at)) for each in found]
    known = set(
        Event.objects.filter(source__in=[each.source for each, to in wanted if to]).values_list(
            "source", flat=True
        )
    )
    made = 0
    for each, to in wanted:
        if not to or each.source in known:
            continue
        event = Event.objects.create(
            number=f"evt_{secrets.token_hex(12)}",
            source=each.source,
            kind=each.kind,
            at=each.at,
            facts=dict(each.facts),
        )
        Delivery.objects.bulk_create(
            [Delivery(event=event, subscription=one, next_at=at) for one in to]
        )
        made += len(to)
    return made


def _heard_by(each: Happened, hearing: Sequence[Subscription], at: datetime) -> list[Subscription]:
    if each.url:
        return [replies.line(each.url, at=at)]
    return [one for one in hearing if may_hear(one, each)]


def may_hear(one: Subscription, each: Happened) -> bool:
    """Say whether an event concerns a subscription: its kind, recall, own claims or site."""
    connection = one.connection
    if each.kind not in one.events:
        return False
    if connection.recall_slug and connection.recall_slug != each.recall:
        return False
    if not connection.party or each.kind in ("recall.published", "lot_alert.issued"):
        return True
    return each.filed_by == connection.actor or connection.party in each.parties
