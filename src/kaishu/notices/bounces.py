"""Read the report that a mail server sends back when it could not deliver a mail after all.

The report (RFC 3464) is untrusted mail. It counts only where it names one of our mails by its
Message-ID, or arrived at the address we made for that mail (VERP): 128 random bits either way.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, Message

from django.db import transaction

from kaishu.notices.actions import open_mail_call
from kaishu.notices.errors import BounceUnknown, NotABounce
from kaishu.notices.models import FAILED, QUEUED, SENDING, SENT
from kaishu.notices.models import Message as Row

LONGEST = 5 * 1024 * 1024
_NAME = re.compile(r"<([0-9a-f]{32}@[^<>\s@]+)>")
_VERP = re.compile(r"\+([0-9a-f]{32})@")
_ARRIVED_AT = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
_ABOUT = ("Message-ID", "In-Reply-To", "References")


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says: which mails it may mean, and why they failed."""

    names: frozenset[str]
    reason: str


def bounced(*, mail: bytes, at: datetime) -> int:
    """Mark the message that a report concerns as failed, ask for a call, return its number.

    A repeat changes nothing. Raises NotABounce for any other mail, a mere delay among them, and
    BounceUnknown where the mail is not ours.
    """
    report = read(mail)
    with transaction.atomic():
        row = _row(report.names)
        # sent -> failed; also while a repeat is under way, which would fail as well
        rows = Row.objects.filter(id=row.id, state__in=(SENT, SENDING, QUEUED))
        if rows.update(state=FAILED, failed_at=at, leased_until=None, last_error=report.reason):
            open_mail_call(message=row, at=at)
    return row.id


def read(mail: bytes) -> Report:
    """Read a report; raise NotABounce for a mail that says nothing final."""
    if len(mail) > LONGEST:
        raise NotABounce
    parsed = email.message_from_bytes(mail, policy=email.policy.default)
    if parsed.get_content_type() != "multipart/report":
        raise NotABounce
    for fields in _fields(parsed):
        if str(fields.get("Action", "")).strip().lower() == "failed":
            status = str(fields.get("Status", "")).strip()
            return Report(frozenset(_names(parsed)), _reason(status))
    raise NotABounce


def _fields(parsed: EmailMessage) -> Iterator[Message]:
    """Yield the groups of fields about the mail and each of its recipients."""
    for part in parsed.walk():
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            payload = part.get_payload()
            yield from (each for each in payload if isinstance(each, Message))


def _names(parsed: EmailMessage) -> Iterator[str]:
    for header in _ARRIVED_AT:
        for value in parsed.get_all(header, []):
            yield from _VERP.findall(str(value))
    # The report's own Message-ID is not ours and matches nothing.
    for part in parsed.walk():
        for header in _ABOUT:
            yield from _NAME.findall(str(part.get(header, "")))
        if part.get_content_type() in ("text/rfc822-headers", "message/global-headers"):
            returned = email.message_from_string(str(part.get_payload()))
            yield from _NAME.findall(str(returned.get("Message-ID", "")))


def _reason(status: str) -> str:
    if status.startswith("5.1."):
        return "address_unknown"
    if status in ("5.2.2", "4.2.2"):
        return "mailbox_full"
    return "mail_unreachable" if status.startswith("4.") else "mail_refused"


def _row(names: frozenset[str]) -> Row:
    for name in sorted(names):
        whole = {"message_id": name} if "@" in name else {"message_id__startswith": f"{name}@"}
        if (row := Row.objects.filter(**whole).first()) is not None:
            return row
    raise BounceUnknown
