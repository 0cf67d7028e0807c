"""Make the mail of a message: its headers, plain text and HTML, and the address it goes to."""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr

from django.conf import settings

from kaishu.notices.models import Message
from kaishu.notices.rendering import Rendered
from kaishu.notices.smtp import Refused

_UNFIT = re.compile(r"[\s\x00-\x1f\x7f<>(),;:\"\[\]\\]")


def mail_address(typed: str) -> str:
    """Return an address as mail servers want it: 例@例え.jp keeps its name, its host is encoded.

    Raises Refused for what is no address.
    """
    local, _, host = typed.strip().rpartition("@")
    if not local or not host or "@" in local or _UNFIT.search(local + host):
        raise Refused("address_malformed")
    if local.startswith(".") or local.endswith(".") or len(local.encode()) > 64:
        raise Refused("address_malformed")
    try:
        plain = host.encode("idna").decode("ascii")
    except UnicodeError:
        raise Refused("address_malformed") from None
    return f"{local}@{plain}"


def compose(message: Message, rendered: Rendered, *, name: str, to: str, at: datetime) -> bytes:
    """Return the mail as it goes over the wire; `to` is a `mail_address`."""
    policy = SMTP if to.isascii() else SMTPUTF8
    mail = EmailMessage(policy=policy)
    local, _, host = to.rpartition("@")
    mail["From"] = Address(rendered.sender, addr_spec=sender_address())
    mail["To"] = Address(_shown(name), local, host)
    if settings.KAISHU_MAIL_REPLY_TO:
        mail["Reply-To"] = settings.KAISHU_MAIL_REPLY_TO
    mail["Subject"] = rendered.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{message.message_id}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(rendered.text, cte="base64")
    mail.add_alternative(rendered.html, subtype="html", cte="base64")
    mail["Content-Language"] = message.language  # after the parts, which take over Content-*
    return mail.as_bytes()


def plain_mail(*, to: str, at: datetime) -> bytes:
    """Return a mail that shows that mail works, and concerns nobody."""
    mail = EmailMessage(policy=SMTP if to.isascii() else SMTPUTF8)
    mail["From"], mail["To"] = sender_address(), to
    mail["Subject"] = "Kaishu: mail works"
    mail["Date"] = format_datetime(at)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"Mail from {settings.KAISHU_PUBLIC_URL} reaches you.\n")
    return mail.as_bytes()


def sender_address() -> str:
    """Return the address that our mail comes from."""
    return parseaddr(settings.KAISHU_MAIL_FROM)[1]


def envelope_sender(message: Message) -> str:
    """Return where a report of a failure goes: an address that names the mail, where we have one.

    Known as a variable envelope return path (VERP): it works where a report omits our headers.
    """
    local, at, host = settings.KAISHU_MAIL_BOUNCES.rpartition("@")
    if not at:
        return sender_address()
    return f"{local}+{message.message_id.partition('@')[0]}@{host}"


def _shown(name: str) -> str:
    """Return a name that fits into a header: one line, of a length that no mail program cuts."""
    return " ".join("".join(char if char.isprintable() else " " for char in name).split())[:60]
