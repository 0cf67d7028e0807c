"""A mail that came back is a failed message and a call; any other mail changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner
from pytest_django import Settings

from kaishu.cli.main import kaishu
from kaishu.notices import queries
from kaishu.notices.audit import audit
from kaishu.notices.bounces import LONGEST, bounced
from kaishu.notices.errors import BounceUnknown, NotABounce
from kaishu.notices.models import CallBack, Message
from kaishu.notices.sending import send_due
from kaishu.people import actions as people
from tests.notices.outbox import NOW, MailServer, person, queue

pytestmark = pytest.mark.usefixtures("db")
LATER = NOW + timedelta(minutes=7)


def report(
    *,
    about: str = "",
    to: str = "recall@recall.example",
    action: str = "failed",
    status: str = "5.1.1",
    returned: str = "message/rfc822",
) -> bytes:
    original = f"Message-ID: <{about}>\nSubject: x\n\nbody\n" if about else "Subject: x\n\nbody\n"
    return f"""\
From: MAILER-DAEMON@mx.example
To: {to}
Message-ID: <report-1@mx.example>
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Mon, 11 May 2026 01:00:00 +0000

Final-Recipient: rfc822; hana@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: {returned}

{original}
--b--
""".encode()


@pytest.fixture
def sent(mail_server: MailServer) -> Message:
    number = queue(person())
    send_due(at=NOW)
    return Message.objects.get(id=number)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("5.1.1", "address_unknown"),
        ("5.2.2", "mailbox_full"),
        ("5.7.1", "mail_refused"),
        ("4.4.7", "mail_unreachable"),
    ],
)
@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_fails_its_message_and_asks_for_a_call(
    sent: Message, status: str, reason: str, returned: str
) -> None:
    mail = report(about=sent.message_id, status=status, returned=returned)
    assert bounced(mail=mail, at=LATER) == sent.id
    assert bounced(mail=mail, at=LATER + timedelta(days=1)) == sent.id
    failed = Message.objects.get(id=sent.id)
    assert (failed.state, failed.last_error, failed.failed_at) == ("failed", reason, LATER)
    assert queries.mail_trouble("123456789012") == queries.MailTrouble(reason, LATER)
    assert [each.why for each in queries.calls()] == ["mail_undeliverable"]
    assert [str(found) for found in audit()] == []


def test_a_report_that_omits_our_headers_is_known_by_the_address_it_came_to(sent: Message) -> None:
    verp = f"bounces+{sent.message_id.partition('@')[0]}@recall.example"
    assert bounced(mail=report(to=verp), at=LATER) == sent.id


def test_mail_is_sent_from_an_address_that_names_it(
    mail_server: MailServer, settings: Settings
) -> None:
    settings.KAISHU_MAIL_BOUNCES = "bounces@recall.example"
    number = queue(person())
    send_due(at=NOW)
    name = Message.objects.get(id=number).message_id.partition("@")[0]
    [(sender, _, mail)] = mail_server.mails
    assert sender == f"bounces+{name}@recall.example"
    assert mail["From"].addresses[0].addr_spec == "recall@recall.example"


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\xff\xfe\x00 not a mail",
        b"From: a@b\nSubject: Hello\n\nIs my claim done?\n",
        b"From: a@b\nContent-Type: multipart/report; boundary=x\n\n--x\n--x--\n",
        b"x" * (LONGEST + 1),
    ],
)
def test_any_other_mail_is_refused(sent: Message, mail: bytes) -> None:
    with pytest.raises(NotABounce):
        bounced(mail=mail, at=LATER)
    assert Message.objects.get(id=sent.id).state == "sent"


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", ""])
def test_a_mere_delay_is_no_failure(sent: Message, action: str) -> None:
    with pytest.raises(NotABounce):
        bounced(mail=report(about=sent.message_id, action=action), at=LATER)
    assert Message.objects.get(id=sent.id).state == "sent"


@pytest.mark.parametrize("about", ["", "0" * 32 + "@recall.example", "' OR 1=1 --"])
def test_a_report_about_a_mail_that_is_not_ours_is_refused(sent: Message, about: str) -> None:
    with pytest.raises(BounceUnknown):
        bounced(mail=report(about=about), at=LATER)
    assert Message.objects.get(id=sent.id).state == "sent"
    assert not CallBack.objects.exists()


def test_the_command_reads_a_report_from_its_input(
    sent: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kaishu.cli.notices.start", lambda: None)
    done = CliRunner().invoke(kaishu, ["notices", "bounced"], input=report(about=sent.message_id))
    assert (done.exit_code, done.exception) == (0, None)
    assert done.output == (
        f"Message {sent.id} did not arrive. Somebody is asked to call its owner.\n"
    )
    refused = CliRunner().invoke(kaishu, ["notices", "bounced"], input=b"Subject: hi\n\nhi\n")
    assert isinstance(refused.exception, NotABounce)


def test_the_command_sends_a_test_mail(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kaishu.cli.notices.start", lambda: None)
    done = CliRunner().invoke(kaishu, ["notices", "test", "--to", "me@example.org"])
    assert done.output == "Handed over to the mail server, for me@example.org.\n"
    assert mail_server.subjects("me@example.org") == ["Kaishu: mail works"]
    mail_server.rcpt = lambda _: "550 5.1.1 unknown"
    done = CliRunner().invoke(kaishu, ["notices", "test", "--to", "me@example.org"])
    assert (done.exit_code, done.output) == (1, "Error: not sent: address_unknown\n")


def test_a_late_report_about_a_forgotten_person_asks_nobody_to_call(sent: Message) -> None:
    people.forget(person_id=sent.person_id, at=NOW)
    assert bounced(mail=report(about=sent.message_id), at=LATER) == sent.id
    assert not CallBack.objects.exists()
    assert [str(found) for found in audit()] == []


def test_a_dead_old_address_says_nothing_about_the_owners_mail(mail_server: MailServer) -> None:
    mail_server.rcpt = lambda to: "550 5.1.1 unknown" if to.startswith("old") else ""
    queue("", key="old", template="mail_changed", secret={}, to="old@example.org")
    assert dict(send_due(at=NOW)) == {"failed": 1}
    assert queries.mail_trouble("123456789012") is None
    assert not CallBack.objects.exists()
    assert [str(found) for found in audit()] == []
