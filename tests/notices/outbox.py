"""A small world for messages: people, a mail server that can misbehave, and what it took."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from kaishu.notices import actions
from kaishu.people import actions as people
from kaishu.people.contact import Contact

NOW = datetime(2026, 5, 11, 1, 0, tzinfo=UTC)
Answer = Callable[[str], str]


class MailServer:
    """What a mail server took, and what it answers: `rcpt` and `data` may refuse."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, str, EmailMessage]] = []
        self.seen = 0
        self.rcpt: Answer = lambda _to: ""
        self.data: Answer = lambda _to: ""
        self.before_answer: Callable[[], None] = lambda: None

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        self.seen += 1
        if answer := self.rcpt(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep a mail, or refuse it."""
        to = envelope.rcpt_tos[0]
        if answer := self.data(to):
            return answer
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append((str(envelope.mail_from), to, mail))
        self.before_answer()
        return "250 OK"

    def subjects(self, to: str) -> list[str]:
        """Return the subjects of the mails that one address got."""
        return [str(mail["Subject"]) for _, address, mail in self.mails if address == to]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(server: MailServer, port: int = 0, **options: Any) -> Iterator[str]:
    """Run a real mail server; yields its address as a setting."""
    port = port or free_port()
    options = {"enable_SMTPUTF8": True, **options}
    controller = Controller(server, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


def person(mail: str = "hana@example.org", name: str = "山田 花", language: str = "ja") -> str:
    return people.register(
        contact=Contact(name=name, email=mail, phone="03-1234-5678"), language=language, at=NOW
    )


def queue(person_id: str, key: str = "k1", template: str = "claim_received", **more: Any) -> int:
    given: dict[str, Any] = {
        "language": "ja",
        "at": NOW,
        "case_no": "123456789012",
        "secret": {"link": "/ja/c/secret-token/"},
        **more,
    }
    number = actions.queue(template=template, key=key, person_id=person_id, **given)
    assert number is not None
    return number


def parts(mail: EmailMessage) -> tuple[str, str]:
    """Return the plain text and the HTML of a mail."""
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None and html is not None
    said = (str(part.get_content()).replace("\r\n", "\n") for part in (text, html))
    return next(said), next(said)
