"""What follows from a report: its tasks, its clocks from when we knew, and what was filed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from kaishu.incidents import actions, queries, tasks
from kaishu.incidents.clocks import clocks, next_clock
from kaishu.incidents.errors import (
    FiledInFuture,
    IncidentClosed,
    IncidentDutyOpen,
    IncidentStepUnknown,
    KnownInFuture,
    TaskGone,
    TaskUnknown,
)
from kaishu.incidents.filings import record_filing
from kaishu.incidents.models import Filing, Incident, IncidentTask

AT = datetime(2026, 4, 1, 3, tzinfo=UTC)  # noon in Tokyo
SERIOUS = "jp_serious_accident"
pytestmark = pytest.mark.django_db


def report(key: str = "k", market: str = "jp", **more: object) -> Incident:
    facts = {"recall_slug": "r", "product": "M100", "kind": "hot", "door": "console", "by": "mika"}
    return actions.report(key=key, market=market, at=AT, **{**facts, **more})  # type: ignore[arg-type]


def open_tasks(row: Incident) -> list[tuple[str, str]]:
    return [(task.what, task.about) for task in queries.open_tasks(incident_id=row.id)]


def test_a_hot_unit_brings_its_tasks_and_each_duty_a_decision() -> None:
    assert sorted(open_tasks(report())) == [
        ("collect_unit", ""),
        ("decide_duty", "jp_other_accident"),
        ("decide_duty", SERIOUS),
        ("secure_unit", ""),
    ]
    assert open_tasks(report("quiet", kind="swollen", market="us")) == [
        ("decide_duty", "us_section_15b"),
        ("decide_duty", "us_investigation"),
    ]


def test_a_decision_is_due_before_the_duty_itself_ends() -> None:
    row = report(market="us", known_at=AT - timedelta(hours=23))
    until = {each.duty.code: each.until for each in clocks(row)}
    for task in IncidentTask.objects.filter(incident=row, what="decide_duty"):
        assert task.due_at <= (until[task.about] or AT)
    assert (row.known_at, row.door) == (AT - timedelta(hours=23), "console")


def test_the_clock_runs_from_when_the_company_knew() -> None:
    row = report(known_at=AT - timedelta(days=2))
    ends = {each.duty.code: each.last_day for each in clocks(row)}
    assert ends[SERIOUS] == date(2026, 4, 8)
    with pytest.raises(KnownInFuture):
        report("late", known_at=AT + timedelta(seconds=1))
    assert Incident.objects.count() == 1


def test_a_filing_settles_its_duty_and_the_same_one_twice_is_one() -> None:
    row = report()
    for _again in range(2):
        made = record_filing(
            incident_id=row.id, duty=SERIOUS, filed_at=AT, reference=" CAA-1 ", by="hana", at=AT
        )
    assert (made.reference, made.addressee, made.late) == ("CAA-1", "CAA", False)
    assert ("decide_duty", SERIOUS) not in open_tasks(row)
    assert [note.step for note in row.notes.all()] == ["duty_reported"]
    ends = next_clock(Incident.objects.get(id=row.id))
    assert ends is not None and ends.duty.code == "jp_other_accident"
    record_filing(
        incident_id=row.id, duty=SERIOUS, filed_at=AT, reference="CAA-2", by="hana", at=AT
    )
    assert Filing.objects.count() == 2


def test_a_filing_after_the_last_day_says_that_it_was_late() -> None:
    row = report()
    in_time = datetime(2026, 4, 10, 14, 59, tzinfo=UTC)  # 23:59 in Tokyo on day 10
    for moment, late in ((in_time, False), (in_time + timedelta(minutes=1), True)):
        made = record_filing(
            incident_id=row.id, duty=SERIOUS, filed_at=moment, by="hana", at=moment
        )
        assert made.late is late
    other = record_filing(
        incident_id=row.id, duty="jp_other_accident", filed_at=in_time, by="hana", at=in_time
    )
    assert (other.due_by, other.late) == (None, False)


def test_what_cannot_have_been_filed_is_refused_and_kept_out() -> None:
    row = report()
    with pytest.raises(FiledInFuture):
        record_filing(
            incident_id=row.id, duty=SERIOUS, filed_at=AT + timedelta(days=1), by="hana", at=AT
        )
    with pytest.raises(IncidentStepUnknown):
        record_filing(incident_id=row.id, duty="us_section_15b", filed_at=AT, by="hana", at=AT)
    assert Filing.objects.count() == 0
    assert ("decide_duty", SERIOUS) in open_tasks(row)


def test_a_filing_stays_as_it_was_written() -> None:
    made = record_filing(
        incident_id=report().id, duty=SERIOUS, filed_at=AT, reference="1", by="hana", at=AT
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Filing.objects.filter(id=made.id).update(reference="2")
    with pytest.raises(IntegrityError), transaction.atomic():
        Filing.objects.filter(id=made.id).delete()


def test_a_task_is_taken_done_once_and_opened_once() -> None:
    row = report()
    first = tasks.open_task(incident_id=row.id, what="tell_insurer", due_at=AT, by="hana", at=AT)
    again = tasks.open_task(incident_id=row.id, what="tell_insurer", due_at=AT, by="jun", at=AT)
    assert again.id == first.id
    tasks.assign_task(task_id=first.id, to="jun")
    tasks.finish_task(task_id=first.id, by="jun", at=AT)
    for act in (
        lambda: tasks.finish_task(task_id=first.id, by="jun", at=AT),
        lambda: tasks.assign_task(task_id=first.id, to="hana"),
    ):
        with pytest.raises(TaskGone):
            act()
    first.refresh_from_db()
    assert (first.assigned_to, first.done_by) == ("jun", "jun")


def test_a_duty_is_not_ticked_off_as_a_task() -> None:
    row = report()
    duty = IncidentTask.objects.get(incident=row, about=SERIOUS)
    with pytest.raises(TaskGone):
        tasks.finish_task(task_id=duty.id, by="hana", at=AT)
    for what in ("decide_duty", "made_up"):
        with pytest.raises(TaskUnknown):
            tasks.open_task(incident_id=row.id, what=what, due_at=AT, by="hana", at=AT)


def decide_duties(row: Incident) -> None:
    """Say of every duty that it is not due."""
    for part in clocks(row):
        actions.note_duty(
            incident_id=row.id, duty=part.duty.code, step="duty_not_due", by="hana", at=AT
        )


def test_a_report_is_closed_when_every_duty_is_decided_or_another_report_has_them() -> None:
    row, again = report(), report("again")
    with pytest.raises(IncidentDutyOpen):
        actions.close(incident_id=row.id, outcome="collected", by="hana", at=AT)
    assert next_clock(row) is not None
    actions.close(incident_id=again.id, outcome="duplicate", by="hana", at=AT)
    decide_duties(row)
    actions.close(incident_id=row.id, outcome="collected", by="hana", at=AT)
    assert Incident.objects.filter(closed_at=AT).count() == 2


def test_a_closed_report_has_no_open_tasks() -> None:
    row = report()
    decide_duties(row)
    actions.close(incident_id=row.id, outcome="collected", by="hana", at=AT)
    assert open_tasks(row) == []
    with pytest.raises(IncidentClosed):
        tasks.open_task(incident_id=row.id, what="tell_insurer", due_at=AT, by="hana", at=AT)


def test_each_side_of_the_announcement_lists_the_rows_that_it_counts() -> None:
    for number, day in enumerate((date(2026, 3, 1), date(2026, 3, 20), date(2026, 3, 21), None)):
        report(f"k{number}", happened_at=day)
    announced = date(2026, 3, 20)
    found = queries.counts("r", announced)
    for side, tally in (
        ("before", found.before),
        ("after", found.after),
        ("undated", found.undated),
    ):
        assert queries.around("r", announced, side).count() == tally.incidents > 0
