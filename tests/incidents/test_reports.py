"""Incident reports: kept once, owed a call, closed once, forgotten without losing the row."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from kaishu.books.models import Entry
from kaishu.incidents import actions, queries
from kaishu.incidents.clocks import clocks, next_clock
from kaishu.incidents.errors import (
    IncidentClosed,
    IncidentKeyReused,
    IncidentNotFound,
    IncidentOutcomeUnknown,
    IncidentStepUnknown,
    IncidentTooLong,
    IncidentWordsGone,
)
from kaishu.incidents.models import Incident, IncidentNote
from kaishu.incidents.severity import Severity
from kaishu.notices.models import CallBack
from kaishu.people import actions as people
from kaishu.people.contact import Contact
from kaishu.people.models import Person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 3, 1, 0, tzinfo=UTC)  # 10:00 on a Friday in Tokyo
WORDS = "机の上で急に膨らみ、焦げたにおいがした。"


def report(key: str = "k1", **changes: Any) -> Incident:
    """Report a swollen unit, or whatever `changes` say."""
    usual: dict[str, Any] = {
        "key": key,
        "recall_slug": "kumo-jp-2026",
        "market": "jp",
        "product": "K100",
        "kind": "swollen",
        "door": "public",
        "by": "owner",
        "at": AT,
    }
    return actions.report(**(usual | changes))


def somebody() -> str:
    """Register a person."""
    return people.register(contact=Contact(name="佐藤", phone="0312345678"), language="ja", at=AT)


def test_the_same_report_sent_twice_is_one_report_and_one_call() -> None:
    person = somebody()
    first = report(person_id=person, words=WORDS)
    again = report(person_id=person, words=WORDS, at=AT + timedelta(minutes=5))
    assert again.id == first.id
    assert (Incident.objects.count(), CallBack.objects.count()) == (1, 1)


def test_a_new_contact_is_registered_once_however_often_the_form_is_sent() -> None:
    contact = Contact(name="佐藤", phone="0312345678")
    first = report(contact=contact, language="ja")
    assert report(contact=contact, language="ja").person_id == first.person_id != ""
    assert Person.objects.count() == CallBack.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [{"kind": "hot"}, {"words": "x"}, {"injured": True}, {"contact": Contact(phone="0312345678")}],
)
def test_the_same_key_with_other_answers_is_refused_and_changes_nothing(
    changes: dict[str, Any],
) -> None:
    report()
    with pytest.raises(IncidentKeyReused):
        report(**changes)
    assert list(Incident.objects.values_list("kind", "injured", "sealed")) == [
        ("swollen", None, None)
    ]
    assert Person.objects.count() == 0


def test_two_reports_about_one_case_are_two_rows_and_two_calls() -> None:
    person = somebody()
    for key, kind in (("k1", "swollen"), ("k2", "hot")):
        report(key, person_id=person, case_no="123456789012", unit_no=1, kind=kind)
    assert [row.kind for row in queries.of_case("123456789012")] == ["hot", "swollen"]
    assert queries.of_case("") == queries.of_case("999999999999") == []
    assert [row.kind for row in queries.of_person(person)] == ["hot", "swollen"]
    assert CallBack.objects.count() == 2


@pytest.mark.parametrize(
    ("facts", "minutes"),
    [
        ({"kind": "hot"}, 60),
        ({"kind": "swollen"}, 240),
        ({"kind": "leaking"}, 240),
        ({"kind": "wet"}, 24 * 60),
        ({"kind": "unknown"}, 24 * 60),
        ({"kind": "no such word"}, 24 * 60),
        ({"kind": "intact"}, None),
        ({"kind": "intact", "injured": False, "fire": False}, None),
        ({"kind": "intact", "injured": True}, 60),
        ({"kind": "wet", "fire": True}, 60),
        ({"kind": "swollen", "fire_service": True}, 60),
    ],
)
def test_somebody_calls_as_soon_as_what_was_told_demands(
    facts: dict[str, Any], minutes: int | None
) -> None:
    person = somebody()
    made = report(person_id=person, case_no="123456789012", unit_no=2, **facts)
    rows = CallBack.objects.values_list("why", "key", "person_id", "case_no", "unit_no", "due_at")
    due = None if minutes is None else AT + timedelta(minutes=minutes)
    assert list(rows) == (
        [("danger", f"incident:{made.number}", person, "123456789012", 2, due)] if due else []
    )


def test_nobody_to_call_means_no_call_and_the_report_counts() -> None:
    report(kind="hot", words=WORDS)
    report("k2", kind="hot", contact=Contact(name="only a name"))
    assert CallBack.objects.count() == Person.objects.count() == 0
    assert queries.open_count() == (2, AT)


def test_severity_is_the_worst_that_was_told() -> None:
    def of(**facts: Any) -> Severity:
        return report(f"k{Incident.objects.count()}", **facts).severity

    assert of(kind="wet") is of(kind="swollen", injured=False) is Severity.CONDITION
    assert of(kind="unknown") is Severity.UNCLEAR
    assert of(kind="hot") is Severity.HEAT
    assert of(kind="wet", fire=True) is of(kind="wet", fire_service=True) is Severity.FIRE
    assert of(kind="unknown", fire=True, injured=True) is Severity.INJURY
    assert [row.severity for row in queries.open_incidents()] == sorted(
        (row.severity for row in Incident.objects.all()), reverse=True
    )


def test_the_worst_comes_first_however_many_are_older(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "LIST", 1)
    for number in range(6):
        report(f"k{number}", kind="unknown")
    report("worst", kind="unknown", injured=True)
    assert [row.severity for row in queries.open_incidents()[:1]] == [Severity.INJURY]
    assert len(queries.open_incidents()) == 7


def test_a_moment_keeps_the_day_of_the_market_and_a_day_stays_a_day() -> None:
    late = datetime(2026, 4, 1, 15, 30, tzinfo=UTC)  # half past midnight in Tokyo
    assert report("k1", happened_at=late).happened_on == date(2026, 4, 2)
    day = report("k2", happened_at=date(2026, 4, 1))
    assert (day.happened_on, day.happened_at) == (date(2026, 4, 1), None)
    assert report("k3").happened_on is None


def test_words_too_long_to_keep_are_refused_before_anything_is_written() -> None:
    with pytest.raises(IncidentTooLong):
        report(words="あ" * 4001, contact=Contact(phone="0312345678"))
    assert Incident.objects.count() == Person.objects.count() == 0
    assert report(words="あ" * 4000).sealed is not None


def test_a_report_that_its_caller_takes_back_leaves_nothing() -> None:
    class TakenBackError(Exception):
        pass

    with pytest.raises(TakenBackError), transaction.atomic():
        report(kind="hot", contact=Contact(phone="0312345678"))
        raise TakenBackError
    assert Incident.objects.count() == CallBack.objects.count() == Person.objects.count() == 0


def test_the_books_do_not_move() -> None:
    made = report(kind="hot", words=WORDS, person_id=somebody())
    actions.close(incident_id=made.id, outcome="duplicate", by="hana", at=AT)
    assert Entry.objects.count() == 0


def test_a_look_at_the_words_is_written_down_first() -> None:
    made = report(words=f"  {WORDS} ")
    assert actions.read_words(incident_id=made.id, why="handle", by="hana", at=AT) == WORDS
    note = IncidentNote.objects.get()
    assert (note.step, note.about, note.by, note.at) == ("words_read", "handle", "hana", AT)
    with pytest.raises(IncidentStepUnknown):
        actions.read_words(incident_id=made.id, why="", by="hana", at=AT)
    silent = report("k2")
    with pytest.raises(IncidentWordsGone):
        actions.read_words(incident_id=silent.id, why="handle", by="hana", at=AT)
    assert IncidentNote.objects.count() == 1


def test_sealed_words_moved_to_another_row_do_not_open() -> None:
    from kaishu.base.sealing import CannotOpen

    first, second = report(words=WORDS), report("k2", words="other")
    Incident.objects.filter(id=second.id).update(sealed=bytes(first.sealed or b""))
    with pytest.raises(CannotOpen):
        actions.read_words(incident_id=second.id, why="handle", by="hana", at=AT)


def test_a_report_is_closed_once_with_a_known_outcome() -> None:
    made = report()
    with pytest.raises(IncidentOutcomeUnknown):
        actions.close(incident_id=made.id, outcome="fine", by="hana", at=AT)
    assert [row.id for row in queries.open_incidents()] == [made.id]
    actions.close(incident_id=made.id, outcome="duplicate", by="hana", at=AT)
    with pytest.raises(IncidentClosed):
        actions.close(incident_id=made.id, outcome="duplicate", by="mika", at=AT)
    with pytest.raises(IncidentNotFound):
        actions.close(incident_id=made.id + 1, outcome="duplicate", by="mika", at=AT)
    (closed,) = queries.closed_incidents()
    assert (closed.outcome, closed.closed_by) == ("duplicate", "hana")
    assert not queries.open_incidents()


def test_forgetting_a_person_empties_the_words_and_keeps_the_rows() -> None:
    person, other = somebody(), somebody()
    report("k1", person_id=person, words=WORDS)
    report("k2", person_id=other, words=WORDS, case_no="123456789012")
    report("k3", words=WORDS)
    assert actions.forget_person(person_id=person, at=AT) == 1
    assert actions.forget_person(person_id=person, at=AT) == 0
    assert actions.forget_person(person_id="", at=AT) == 0
    assert actions.forget_case(case_no="", at=AT) == 0
    kept = [row.sealed is not None for row in Incident.objects.order_by("id")]
    assert kept == [False, True, True]
    assert actions.forget_case(case_no="123456789012", at=AT) == 1
    first = Incident.objects.order_by("id")[0]
    assert (first.kind, first.product, first.words_erased_at) == ("swollen", "K100", AT)


def test_the_database_refuses_to_change_what_was_reported() -> None:
    made = report(kind="hot", injured=True)
    actions.note_duty(
        incident_id=made.id, duty="jp_serious_accident", step="duty_not_due", by="h", at=AT
    )
    for changes in ({"kind": "intact"}, {"injured": None}, {"known_at": AT + timedelta(days=9)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Incident.objects.filter(id=made.id).update(**changes)
    with pytest.raises(IntegrityError), transaction.atomic():
        IncidentNote.objects.all().delete()


def test_reports_are_counted_around_the_announcement_and_never_guessed() -> None:
    for number, (day, injured) in enumerate(
        [
            (date(2026, 3, 31), True),
            (date(2026, 3, 1), False),
            (date(2026, 4, 1), True),
            (date(2026, 4, 2), None),
            (None, True),
        ]
    ):
        report(f"k{number}", happened_at=day, injured=injured)
    report("elsewhere", recall_slug="other", happened_at=date(2026, 3, 1))
    found = queries.counts("kumo-jp-2026", date(2026, 4, 1))
    assert (found.before, found.after, found.undated) == (
        queries.Tally(2, 1),
        queries.Tally(2, 1),
        queries.Tally(1, 1),
    )


def test_clocks_are_shown_for_each_duty_until_a_person_settles_it() -> None:
    made = report(kind="hot", fire=True)
    serious, other = clocks(made)
    assert (serious.duty.code, serious.last_day, serious.target) == (
        "jp_serious_accident",
        date(2026, 4, 12),
        None,
    )
    assert (other.last_day, other.target) == (None, AT + timedelta(hours=72))
    first = next_clock(made)
    assert first is not None and first.target == AT + timedelta(hours=72)
    with pytest.raises(IncidentStepUnknown):
        actions.note_duty(incident_id=made.id, duty="x", step="words_read", by="h", at=AT)
    actions.note_duty(
        incident_id=made.id, duty=serious.duty.code, step="duty_reported", by="hana", at=AT
    )
    actions.note_duty(
        incident_id=made.id, duty=other.duty.code, step="duty_not_due", by="hana", at=AT
    )
    assert next_clock(made) is None
    china = report("k2", market="cn", recall_slug="kumo-cn")
    in_china = next_clock(china)
    # 5 April 2026 is Tomb-Sweeping Day, so Monday 6 April is off.
    assert in_china is not None and in_china.last_day == date(2026, 4, 7)
    assert clocks(report("k3", market="mars")) == ()


def test_a_number_that_nobody_has_is_not_found() -> None:
    made = report()
    assert queries.incident(made.number).id == made.id
    assert len(made.number) == 10
    with pytest.raises(IncidentNotFound):
        queries.incident("0000000000")
    assert queries.by_key("nowhere") is None
