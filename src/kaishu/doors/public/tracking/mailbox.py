"""What became of our mail to an owner: none wanted, not sent yet, sent, read, or undeliverable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kaishu.base import language
from kaishu.core.sentences import Sentence, sentence
from kaishu.doors.public.tracking.seat import Seat
from kaishu.notices import queries as notices
from kaishu.notices.models import OPEN


class MailState(StrEnum):
    """How far our newest mail came."""

    NONE = "none"
    WAITING = "waiting"
    SENT = "sent"
    READ = "read"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The masked address, what became of our mail, since when, and why it failed."""

    address: str
    state: MailState
    at: datetime | None = None
    why: Sentence | None = None


def mailbox(seat: Seat) -> Mailbox:
    """Return what the owner's page says about mail."""
    address = seat.masked.email
    if not address:
        return Mailbox("", MailState.NONE)
    trouble = notices.mail_trouble(seat.case.case_no)
    messages = notices.messages(seat.case.case_no)
    waiting = [m for m in messages if m.state in OPEN]
    if trouble is not None and not any(m.next_try_at >= trouble.since for m in waiting):
        why = sentence(trouble.reason, language.tag())
        return Mailbox(address, MailState.TROUBLE, trouble.since, why)
    if seat.mail_confirmed_at is not None:
        return Mailbox(address, MailState.READ, seat.mail_confirmed_at)
    if trouble is not None:
        return Mailbox(address, MailState.WAITING)
    sent = [m.sent_at for m in messages if m.sent_at is not None]
    if sent:
        return Mailbox(address, MailState.SENT, max(sent))
    return Mailbox(address, MailState.WAITING)
