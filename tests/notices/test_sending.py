"""Every message reaches its owner once, whatever the mail servers do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import Settings

from kaishu.notices import queries
from kaishu.notices.models import CallBack, Message
from kaishu.notices.sending import TRIES, lease, send_due
from kaishu.notices.smtp import Post, read_url
from kaishu.people import actions as people
from kaishu.people.contact import Contact
from tests.notices.outbox import NOW, MailServer, free_port, parts, person, queue, running

pytestmark = pytest.mark.usefixtures("db")
ROUND = timedelta(minutes=1)
OWNERS = 12


def row(number: int) -> Message:
    return Message.objects.get(id=number)


def test_a_mail_arrives_with_text_html_and_headers(mail_server: MailServer) -> None:
    number = queue(person())
    assert dict(send_due(at=NOW)) == {"sent": 1}
    [(sender, to, mail)] = mail_server.mails
    assert (sender, to) == ("recall@recall.example", "hana@example.org")
    assert mail["Subject"] == "お申し込みを受け付けました（受付番号 1234 5678 9012）"
    assert mail["From"] == "製品回収窓口 <recall@recall.example>"
    assert mail["To"] == "山田 花 <hana@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "ja"
    assert mail["Message-ID"] == f"<{row(number).message_id}>"
    assert mail["Date"].datetime == NOW
    assert mail["List-Id"] is None
    for said in parts(mail):
        assert "https://recall.example/ja/c/secret-token/" in said
        assert "山田 花 様" in said
        assert "1234 5678 9012" in said
        assert "https://recall.example/ja/genuine/" in said
    sent = row(number)
    assert (sent.state, sent.sent_at, sent.attempts) == ("sent", NOW, 1)
    assert (sent.sealed, sent.leased_until) == (None, None)
    assert dict(send_due(at=NOW + timedelta(days=9))) == {}


@pytest.mark.parametrize(
    ("name", "typed", "reached"),
    [
        ("𠮷野 葛󠄀城", "taro@example.org", "taro@example.org"),
        ("买买提·吐尔逊 䶮", "a@例え.jp", "a@xn--r8jz45g.jp"),
        ("長" * 60, "用户@例え.jp", "用户@xn--r8jz45g.jp"),
        ('O\'Brien, "Zoë" <x@y.z>', "zoe+recall@example.org", "zoe+recall@example.org"),
        ("two\r\nBcc: thief@example.org", "b@example.org", "b@example.org"),
    ],
)
def test_rare_names_and_foreign_addresses_survive(
    mail_server: MailServer, name: str, typed: str, reached: str
) -> None:
    queue(person(typed, name))
    assert dict(send_due(at=NOW)) == {"sent": 1}
    [(_, to, mail)] = mail_server.mails
    assert to == reached
    shown = mail["To"].addresses[0].display_name
    # An address in other letters is sent as plain UTF-8 (RFC 6532), which Python reads as bytes.
    assert shown.encode("utf-8", "surrogateescape").decode() == " ".join(name.split())
    assert len(mail["To"].addresses) == 1
    assert mail["Bcc"] is None
    assert name.splitlines()[-1] in parts(mail)[0]


def test_an_address_in_other_letters_waits_for_no_server_that_cannot_write_it(
    settings: Settings,
) -> None:
    server = MailServer()
    with running(server, enable_SMTPUTF8=False) as url:
        settings.KAISHU_MAIL_URL = url
        queue(person("用户@example.org"))
        assert dict(send_due(at=NOW)) == {"failed": 1}
    assert server.mails == []
    trouble = queries.mail_trouble("123456789012")
    assert trouble is not None and trouble.reason == "needs_international_mail"


def test_what_waits_while_the_server_is_down_for_three_hours_arrives_once(
    settings: Settings,
) -> None:
    server, port = MailServer(), free_port()
    settings.KAISHU_MAIL_URL = f"smtp://127.0.0.1:{port}"
    for number in range(OWNERS):
        queue(person(f"owner{number}@example.org"), key=f"k{number}")
    at = NOW
    while at < NOW + timedelta(hours=3):
        done = send_due(at=at, limit=1000)
        assert set(done) <= {"delayed"}
        at += ROUND
    assert set(Message.objects.values_list("state", flat=True)) == {"queued"}
    with running(server, port):
        while at < NOW + timedelta(hours=3, minutes=10):
            send_due(at=at, limit=1000)
            at += ROUND
    assert sorted(to for _, to, _ in server.mails) == sorted(
        f"owner{number}@example.org" for number in range(OWNERS)
    )
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert not CallBack.objects.exists()


@pytest.mark.parametrize("answer", ["450 4.2.0 greylisted", "451 4.7.1 try again later"])
def test_a_server_that_says_later_is_asked_again(mail_server: MailServer, answer: str) -> None:
    number = queue(person())
    mail_server.rcpt = lambda _: answer if mail_server.seen < 3 else ""
    assert dict(send_due(at=NOW)) == {"delayed": 1}
    waiting = row(number)
    wait = waiting.next_try_at - NOW
    assert timedelta(minutes=4.5) < wait < timedelta(minutes=5.5)
    assert dict(send_due(at=NOW + timedelta(minutes=4))) == {}
    assert dict(send_due(at=NOW + timedelta(minutes=6))) == {"delayed": 1}
    assert dict(send_due(at=NOW + timedelta(minutes=12))) == {"sent": 1}
    assert len(mail_server.mails) == 1
    assert mail_server.mails[0][2]["Message-ID"] == f"<{waiting.message_id}>"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("550 5.1.1 no such user", "address_unknown"),
        ("550 who is that", "address_unknown"),
        ("552 5.2.2 mailbox full", "mailbox_full"),
        ("554 5.6.0 not this content", "mail_refused"),
    ],
)
def test_a_no_for_good_ends_it_and_asks_for_a_call(
    mail_server: MailServer, answer: str, reason: str
) -> None:
    mail_server.rcpt = lambda _: answer
    who = person()
    number = queue(who, unit_no=1)
    assert dict(send_due(at=NOW)) == {"failed": 1}
    failed = row(number)
    assert (failed.state, failed.last_error, failed.attempts) == ("failed", reason, 1)
    trouble = queries.mail_trouble("123456789012")
    assert trouble == queries.MailTrouble(reason=reason, since=NOW)
    [call] = queries.calls()
    assert (call.why, call.person_id, call.case_no, call.unit_no) == (
        "mail_undeliverable",
        who,
        "123456789012",
        1,
    )
    assert call.due_at == NOW + timedelta(days=2)
    queue(who, key="k2")
    send_due(at=NOW + ROUND)
    assert CallBack.objects.count() == 1
    assert mail_server.mails == []


@pytest.mark.parametrize("answer", ["550 5.7.1 relaying denied", "530 5.7.0 sign in first"])
def test_a_no_to_us_is_not_the_owners_fault(mail_server: MailServer, answer: str) -> None:
    mail_server.rcpt = lambda _: answer
    queue(person())
    assert dict(send_due(at=NOW)) == {"delayed": 1}
    assert not CallBack.objects.exists()


def test_content_refused_for_good_is_final_too(mail_server: MailServer) -> None:
    mail_server.data = lambda _: "554 5.6.0 looks odd"
    number = queue(person())
    assert dict(send_due(at=NOW)) == {"failed": 1}
    assert row(number).last_error == "mail_refused"


def test_one_refusal_does_not_hold_up_the_others(mail_server: MailServer) -> None:
    mail_server.rcpt = lambda to: "550 5.1.1 unknown" if to.startswith("bad") else ""
    for number in range(6):
        name = "bad" if number % 2 else "good"
        queue(person(f"{name}{number}@example.org"), key=f"k{number}", case_no=f"{number:012}")
    assert dict(send_due(at=NOW)) == {"sent": 3, "failed": 3}
    assert CallBack.objects.count() == 3


def test_after_48_tries_it_is_given_up_and_somebody_calls(mail_server: MailServer) -> None:
    mail_server.rcpt = lambda _: "451 4.7.1 try again later"
    number = queue(person())
    at, rounds = NOW, 0
    while row(number).state == "queued":
        send_due(at=at)
        at, rounds = at + timedelta(minutes=6), rounds + 1
        assert rounds <= TRIES
    given_up = row(number)
    assert (given_up.state, given_up.attempts) == ("given_up", TRIES)
    assert [call.why for call in queries.calls()] == ["mail_undeliverable"]


def test_an_outage_of_two_days_costs_no_try_and_no_message(settings: Settings) -> None:
    server, port = MailServer(), free_port()
    settings.KAISHU_MAIL_URL = f"smtp://127.0.0.1:{port}"
    number = queue(person())
    for hours in range(48):
        send_due(at=NOW + timedelta(hours=hours))
    assert (row(number).state, row(number).attempts) == ("queued", 0)
    with running(server, port):
        send_due(at=NOW + timedelta(hours=48))
    assert (row(number).state, len(server.mails)) == ("sent", 1)
    assert not CallBack.objects.exists()


def test_an_outage_without_end_is_given_up_and_somebody_calls(settings: Settings) -> None:
    settings.KAISHU_MAIL_URL = f"smtp://127.0.0.1:{free_port()}"
    number = queue(person())
    send_due(at=NOW + timedelta(days=2))
    send_due(at=NOW + timedelta(days=3))
    assert (row(number).state, row(number).last_error) == ("given_up", "mail_unreachable")
    assert [call.why for call in queries.calls()] == ["mail_undeliverable"]


def test_a_server_that_never_answers_runs_into_the_time_limit(settings: Settings) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        queue(person())
        post = Post((read_url(f"smtp://127.0.0.1:{port}"),), timeout=0.2)
        assert dict(send_due(at=NOW, post=post)) == {"delayed": 1}
    assert Message.objects.get().last_error == "mail_server_unreachable"


def test_the_second_server_takes_over_while_the_first_is_down(
    mail_server: MailServer, settings: Settings
) -> None:
    settings.KAISHU_MAIL_URL_2 = settings.KAISHU_MAIL_URL
    settings.KAISHU_MAIL_URL = f"smtp://127.0.0.1:{free_port()}"
    queue(person())
    assert dict(send_due(at=NOW)) == {"sent": 1}
    assert len(mail_server.mails) == 1


def test_a_changed_address_wins(mail_server: MailServer) -> None:
    who = person("old@example.org")
    queue(who)
    people.correct(
        person_id=who, contact=Contact(email="new@example.org"), by="owner", why="typo", at=NOW
    )
    send_due(at=NOW)
    assert [to for _, to, _ in mail_server.mails] == ["new@example.org"]


def test_an_address_given_with_the_message_wins_over_the_persons(mail_server: MailServer) -> None:
    number = queue(person("new@example.org"), template="mail_changed", to="old@example.org")
    assert b"old@example.org" not in bytes(row(number).sealed_to or b"")
    send_due(at=NOW)
    assert [to for _, to, _ in mail_server.mails] == ["old@example.org"]


def test_a_forgotten_person_gets_nothing_and_nobody_is_bothered(mail_server: MailServer) -> None:
    who = person()
    number = queue(who)
    people.forget(person_id=who, at=NOW)
    assert dict(send_due(at=NOW)) == {"given_up": 1}
    ended = row(number)
    assert (ended.last_error, ended.sealed) == ("person_forgotten", None)
    assert mail_server.mails == [] and not CallBack.objects.exists()
    assert queries.mail_trouble("123456789012") is None


def test_the_last_mail_tells_a_forgotten_person_that_they_are(mail_server: MailServer) -> None:
    who = person()
    people.forget(person_id=who, at=NOW)
    queue(who, template="data_erased", secret={}, to="hana@example.org")
    assert dict(send_due(at=NOW)) == {"sent": 1}
    text, _ = parts(mail_server.mails[0][2])
    assert text.startswith("お客様\n")
    assert "/c/" not in text


def test_a_malformed_address_fails_at_once(mail_server: MailServer) -> None:
    queue(person("hana at example"))
    assert dict(send_due(at=NOW)) == {"failed": 1}
    assert Message.objects.get().last_error == "address_malformed"


def test_nothing_is_tried_while_no_server_is_set(settings: Settings) -> None:
    settings.KAISHU_MAIL_URL = ""
    number = queue(person())
    assert dict(send_due(at=NOW)) == {}
    assert (row(number).state, row(number).attempts) == ("queued", 0)


def test_a_lease_that_ran_out_is_taken_over(mail_server: MailServer) -> None:
    number = queue(person())
    [taken] = lease(at=NOW, count=5)
    assert taken.id == number
    assert dict(send_due(at=NOW + timedelta(minutes=59))) == {}
    assert dict(send_due(at=NOW + timedelta(minutes=61))) == {"sent": 1}
    assert row(number).attempts == 2


def test_a_fault_in_one_message_does_not_stop_the_next(mail_server: MailServer) -> None:
    broken = queue(person(), key="broken")
    Message.objects.filter(id=broken).update(sealed=b"not a sealed value at all")
    queue(person("good@example.org"), key="good")
    assert dict(send_due(at=NOW)) == {"delayed": 1, "sent": 1}
    assert row(broken).state == "queued"


def test_a_round_that_takes_too_long_leases_no_more(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kaishu.notices.sending.ROUND", timedelta(0))
    monkeypatch.setattr("kaishu.notices.sending.TOGETHER", 1)
    who = person()
    numbers = [queue(who, key=f"m{each}") for each in range(2)]
    assert dict(send_due(at=NOW)) == {"sent": 1}
    assert [row(number).state for number in numbers if number] == ["sent", "queued"]
