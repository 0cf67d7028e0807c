"""Who was told and who answered, by channel: from the outbox, the calls and the claims' doors.

People are counted by their case, once each, so that the count stays the same after somebody had
their details erased. What no system can know (letters, posters, cards that came in) is typed.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from kaishu.claims.models import Claim
from kaishu.core.report import Value
from kaishu.notices.models import REACHED, CallBack, Message
from kaishu.reports.facts import Facts

WEB = ("public",)
TELEPHONE = ("hotline", "console")


def written_to(facts: Facts, *, since: datetime | None) -> Value:
    """Count the owners to whom a mail of this recall was written in the period.

    By when it was written: when it left may change with another try. Watches are left out.
    """
    mails = Message.objects.filter(recall_slug=facts.row.slug, queued_at__lte=_until(facts))
    mails = mails.exclude(key__startswith="watch:").exclude(case_no="")
    if since:
        mails = mails.filter(queued_at__gt=since)
    return Value(of=mails.values("case_no").distinct().count())


def telephoned(facts: Facts, *, since: datetime | None) -> Value:
    """Count the owners whom a call of ours reached in the period."""
    calls = CallBack.objects.filter(
        recall_slug=facts.row.slug, outcome=REACHED, done_at__lte=_until(facts)
    )
    if since:
        calls = calls.filter(done_at__gt=since)
    return Value(of=calls.values("case_no", "person_id").distinct().count())


def responded(facts: Facts, *, since: datetime | None, doors: tuple[str, ...] = ()) -> Value:
    """Count the claims that came in through these doors, or any, in the period; with their rows."""
    asked = {"as_of": facts.as_of.isoformat(), "known_at": facts.known_at.isoformat()}
    if since:
        asked["since"] = since.isoformat()
    query = urlencode([*(("door", door) for door in doors), *asked.items()])
    found = Claim.objects.filter(
        recall_id=facts.row.id, submitted_at__lte=facts.as_of, recorded_at__lte=facts.known_at
    )
    found = found.filter(door__in=doors) if doors else found
    return Value(
        of=(found.filter(submitted_at__gt=since) if since else found).count(),
        rows=f"/staff/recalls/{facts.row.slug}/dashboard/claims/?{query}",
    )


def _until(facts: Facts) -> datetime:
    return min(facts.as_of, facts.known_at)
