"""Messages and calls are queued once, in the caller's transaction, with their secrets sealed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from kaishu.notices import actions, queries
from kaishu.notices.audit import audit
from kaishu.notices.errors import CallDone, CallNotFound, OutcomeUnknown
from kaishu.notices.models import CallBack, Message
from kaishu.notices.sending import send_due
from kaishu.people import actions as people
from kaishu.people.contact import Contact
from tests.notices.outbox import NOW, MailServer, parts, person, queue

pytestmark = pytest.mark.usefixtures("db")
CASE = "123456789012"


def correct(who: str, mail: str) -> None:
    people.correct(person_id=who, contact=Contact(email=mail), by="owner", why="typo", at=NOW)


def call(key: str = "c1", **more: Any) -> int:
    given: dict[str, Any] = {
        "why": "danger",
        "person_id": "p1",
        "recall_slug": "kumo",
        "case_no": CASE,
        "due_at": NOW + timedelta(hours=1),
        "at": NOW,
        **more,
    }
    return actions.call_back(key=key, **given)


def test_the_same_key_queues_one_message() -> None:
    who = person()
    assert queue(who) == queue(who, at=NOW + timedelta(hours=1))
    assert Message.objects.count() == 1


def test_a_message_goes_with_the_transaction_that_it_tells_of() -> None:
    who = person()
    with pytest.raises(RuntimeError), transaction.atomic():
        queue(who)
        raise RuntimeError
    assert not Message.objects.exists()


def test_queueing_asks_the_database_twice(django_capture_on_commit_callbacks: Any) -> None:
    who = person()
    with django_capture_on_commit_callbacks(execute=True):
        queue(who, key="first")  # keeps the wording
    with CaptureQueriesContext(
        connection,
    ) as asked:
        queue(who, key="second")
    actions._kept.clear()
    assert len(asked) == 2, [each["sql"] for each in asked]


def test_whoever_wants_no_mail_gets_none() -> None:
    who = person(mail="")
    assert (
        actions.queue(
            template="claim_received",
            key="k",
            person_id=who,
            language="ja",
            at=NOW,
            secret={"link": "/x"},
        )
        is None
    )
    assert not Message.objects.exists()


def test_a_copy_of_the_outbox_shows_neither_link_nor_code_nor_address() -> None:
    number = queue(
        person(),
        template="link_again",
        secret={"link": "/ja/c/secret-token/", "code": "123456"},
        to="else@example.org",
    )
    stored = repr(Message.objects.filter(id=number).values().get())
    for secret in ("secret-token", "123456'", "example.org", "hana"):
        assert secret not in stored.replace("@recall.example", "").replace("@localhost", "")


def test_what_failed_goes_again_to_the_corrected_address_with_its_link(
    mail_server: MailServer,
) -> None:
    mail_server.rcpt = lambda to: "550 5.1.1 unknown" if to.startswith("wrong") else ""
    who = person("wrong@example.org")
    number = queue(who)
    before = Message.objects.get(id=number).message_id
    send_due(at=NOW)
    correct(who, "right@example.org")
    assert actions.send_again(case_no=CASE, at=NOW) == 1
    assert [each.outcome for each in queries.calls(done=True)] == ["not_needed"]
    assert dict(send_due(at=NOW)) == {"sent": 1}
    [(_, to, mail)] = mail_server.mails
    assert to == "right@example.org"
    assert "https://recall.example/ja/c/secret-token/" in parts(mail)[0]
    assert queries.mail_trouble(CASE) is None
    assert Message.objects.get(id=number).message_id != before
    assert actions.send_again(case_no=CASE, at=NOW) == 0
    assert [str(found) for found in audit()] == []


def test_what_came_back_after_it_was_sent_goes_again_with_a_new_link(
    mail_server: MailServer,
) -> None:
    who = person()
    number = queue(who)
    send_due(at=NOW)
    Message.objects.filter(id=number).update(
        state="failed", failed_at=NOW, last_error="mail_refused"
    )
    assert actions.send_again(case_no=CASE, at=NOW) == 0
    assert actions.send_again(case_no=CASE, at=NOW, secret={"link": "/ja/c/new/"}) == 1
    send_due(at=NOW)
    assert "https://recall.example/ja/c/new/" in parts(mail_server.mails[-1][2])[0]


def test_a_newer_mail_that_arrived_ends_the_trouble(mail_server: MailServer) -> None:
    who = person("wrong@example.org")
    mail_server.rcpt = lambda to: "550 5.1.1 unknown" if to.startswith("wrong") else ""
    queue(who, key="k1")
    send_due(at=NOW)
    assert queries.mail_trouble(CASE) is not None
    correct(who, "right@example.org")
    queue(who, key="k2", at=NOW + timedelta(minutes=1))
    send_due(at=NOW + timedelta(minutes=1))
    assert queries.mail_trouble(CASE) is None
    assert [each.state for each in queries.messages(CASE)] == ["failed", "sent"]


def test_a_forgotten_persons_messages_and_calls_are_emptied() -> None:
    who = person()
    number = queue(who, to="other@example.org")
    call(person_id=who)
    people.forget(person_id=who, at=NOW)
    actions.forget(person_id=who, at=NOW)
    kept = Message.objects.get(id=number)
    assert (kept.state, kept.sealed, kept.sealed_to) == ("given_up", None, None)
    assert list(queries.calls()) == []
    assert [str(found) for found in audit()] == []


def test_given_up_messages_can_be_taken_up_again(mail_server: MailServer) -> None:
    who = person()
    number = queue(who)
    Message.objects.filter(id=number).update(attempts=47)
    mail_server.rcpt = lambda _: "451 later"
    assert dict(send_due(at=NOW)) == {"given_up": 1}
    assert CallBack.objects.filter(done_at=None).count() == 1
    assert actions.replay(since=NOW - timedelta(hours=1), at=NOW) == 1
    assert list(queries.calls()) == []
    mail_server.rcpt = lambda _: ""
    assert dict(send_due(at=NOW)) == {"sent": 1}


def test_a_call_is_opened_once_and_done_once() -> None:
    number = call()
    assert call() == number
    assert call("c2", due_at=NOW) != number
    assert [each.key for each in queries.calls()] == ["c2", "c1"]
    assert actions.finish_call(call_id=number, outcome="reached", by="mika", at=NOW) is None
    with pytest.raises(CallDone):
        actions.finish_call(call_id=number, outcome="no_answer", by="jun", at=NOW)
    done = queries.calls(done=True)[0]
    assert (done.outcome, done.done_by, done.done_at) == ("reached", "mika", NOW)
    with pytest.raises(CallNotFound):
        actions.finish_call(call_id=10**6, outcome="reached", by="mika", at=NOW)
    with pytest.raises(OutcomeUnknown):
        actions.finish_call(call_id=number, outcome="shrug", by="mika", at=NOW)


def test_whoever_does_not_answer_is_called_again_five_times_at_most() -> None:
    number: int | None = call(why="mail_undeliverable")
    dues = []
    while number is not None:
        dues.append(CallBack.objects.get(id=number).due_at)
        number = actions.finish_call(call_id=number, outcome="no_answer", by="mika", at=NOW)
    assert dues == [NOW + timedelta(hours=1)] + [NOW + timedelta(days=1)] * 4
    assert list(queries.calls()) == []


def test_a_danger_that_nobody_was_told_of_stays_on_the_list() -> None:
    number: int | None = call(why="danger")
    for _attempt in range(5):
        assert list(queries.not_reached()) == []
        assert number is not None
        number = actions.finish_call(call_id=number, outcome="no_answer", by="mika", at=NOW)
    assert number is not None
    following = queries.not_reached().get()
    assert (following.id, following.attempt, following.due_at) == (
        number,
        6,
        NOW + timedelta(hours=4),
    )
    seventh = actions.finish_call(call_id=number, outcome="no_answer", by="mika", at=NOW)
    assert seventh is not None
    assert actions.finish_call(call_id=seventh, outcome="reached", by="mika", at=NOW) is None
    assert list(queries.calls()) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"attempts": 0, "state": "sent", "sent_at": NOW, "sealed": None}, "message_untried"),
        ({"language": "en"}, "message_wording"),
        ({"sealed": None}, "message_without_link"),
        ({"person_id": ""}, "message_to_nobody"),
        ({"state": "failed", "failed_at": NOW, "last_error": "mail_refused"}, "failure_unheard"),
    ],
)
def test_the_audit_names_a_row_that_contradicts_itself(change: dict[str, Any], code: str) -> None:
    number = queue(person())
    assert [str(found) for found in audit()] == []
    Message.objects.filter(id=number).update(**change)
    assert [found.code for found in audit()] == [code]


def test_the_audit_names_an_altered_wording() -> None:
    number = queue(person())
    version = Message.objects.get(id=number).version
    version.text += "Pay a fee first."
    version.save()
    assert [found.code for found in audit()] == ["wording_altered"]
