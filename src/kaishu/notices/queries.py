"""Read what was sent to people, what did not arrive, and which calls are owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from kaishu.notices.models import DANGER, MOST_CALLS, SENT, TAKEN_BACK, TROUBLE, CallBack, Message

# A message that ended without anybody having to hear of it: there was nowhere or
# no sense to send it.
QUIET = ("person_forgotten", "no_address", "too_old", TAKEN_BACK)


@dataclass(frozen=True, slots=True)
class MailTrouble:
    """Why the newest mail of a case did not arrive; `reason` has a sentence in core/sentences."""

    reason: str
    since: datetime


def mail_trouble(case_no: str) -> MailTrouble | None:
    """Return what is wrong with mail to a case's owner; None where the newest mail went through."""
    settled = Message.objects.filter(case_no=case_no, state__in=(SENT, *TROUBLE))
    settled = settled.exclude(person_id="")  # went to an address that is not the owner's any more
    rows = settled.exclude(last_error__in=QUIET).annotate(at=Coalesce("failed_at", "sent_at"))
    newest = rows.order_by("-at", "-id").first()
    if newest is None or newest.failed_at is None:
        return None
    return MailTrouble(reason=newest.last_error, since=newest.failed_at)


def messages(case_no: str) -> list[Message]:
    """Return every message of a case, oldest first; their secrets stay sealed."""
    return list(Message.objects.filter(case_no=case_no).order_by("id"))


def calls(*, done: bool = False) -> QuerySet[CallBack]:
    """Return the calls that are owed, the most urgent first; or those done, newest first."""
    if done:
        return CallBack.objects.exclude(done_at=None).order_by("-done_at", "-id")
    return CallBack.objects.filter(done_at=None).order_by("due_at", "id")


def not_reached() -> QuerySet[CallBack]:
    """Return the open calls about danger that were tried in vain so often that a manager decides.

    By due time, the most urgent first.
    """
    return calls().filter(why=DANGER, attempt__gt=MOST_CALLS)


def call_of(key: str) -> CallBack | None:
    """Return the call that was opened under a key; None where none was."""
    return CallBack.objects.filter(key=key).first()


def calls_of_case(case_no: str) -> list[CallBack]:
    """Return every call of a case, oldest first."""
    return list(CallBack.objects.filter(case_no=case_no).order_by("id"))
