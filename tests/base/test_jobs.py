"""Jobs: every row has one result, whoever dies in between."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from kaishu.base import jobs
from kaishu.base.jobs import JobKind, JobView, Progress, Row, RowView
from kaishu.base.jobs.errors import JobKeyReused, JobNotFound, JobOver
from kaishu.base.jobs.run import LEASE, TRIES, run_due
from kaishu.base.models import Job, JobRow, Tries
from kaishu.core.errors import Refusal

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


class TooOld(Refusal):
    """Too old."""

    code = "job_over"


def _start(count: int = 5, key: str = "k", **more: str) -> JobView:
    rows = [Row(subject=f"row {number}", facts={"no": number}) for number in range(1, count + 1)]
    return jobs.start(kind="test", key=key, by="mika", at=AT, rows=rows, **more)


def _count(job: JobView, row: RowView, at: datetime) -> Mapping[str, int]:
    """Leave one mark for each time that a row was really done."""
    Tries.objects.create(name="job", subject=row.subject, count=1, until=at)
    return {"seen": row.facts["no"]}  # type: ignore[dict-item]


def _run(kind: JobKind, seconds: float = 60, at: datetime | None = None) -> dict[str, int]:
    return run_due(at=at or datetime.now(UTC), kinds={kind.name: kind}, seconds=seconds)


COUNTING = JobKind(name="test", run_row=_count)


def test_each_row_is_done_once_and_keeps_its_result() -> None:
    job = _start()
    assert _run(COUNTING) == {"rows": 5, "jobs": 1}
    assert _run(COUNTING) == {"rows": 0, "jobs": 0}
    found = jobs.job_view(job.id)
    assert (found.state, found.done, found.total) == ("done", 5, 5)
    assert [row.result for row in jobs.rows_of(job.id)] == [{"seen": n} for n in range(1, 6)]
    assert Tries.objects.count() == 5


def test_the_same_key_is_the_same_job_and_another_content_is_refused() -> None:
    assert _start().id == _start().id
    with pytest.raises(JobKeyReused):
        _start(file="other")
    assert Job.objects.count() == 1
    assert JobRow.objects.count() == 5


def test_a_refused_row_keeps_its_reason_and_leaves_nothing_behind() -> None:
    def refuse_even(job: JobView, row: RowView, at: datetime) -> Mapping[str, int]:
        done = _count(job, row, at)
        if int(row.facts["no"]) % 2 == 0:
            raise TooOld(no=row.facts["no"])
        return done

    job = _start()
    _run(JobKind(name="test", run_row=refuse_even))
    assert jobs.counts(job.id) == {"done": 3, "refused:job_over": 2}
    assert Tries.objects.count() == 3
    refused = list(jobs.rows_of(job.id, state="refused"))
    assert [row.result for row in refused] == [{"no": "2"}, {"no": "4"}]


def _die(kind: JobKind, job: JobView, at: datetime) -> None:
    """Run a job in a worker that is killed: its lease stays behind."""
    with pytest.raises(SystemExit):
        _run(kind, at=at)
    Job.objects.filter(id=job.id).update(lease_until=at)


def _kill(*_args: object) -> Mapping[str, int]:
    raise SystemExit


def test_a_row_that_kills_its_worker_is_tried_three_times_and_the_others_are_done() -> None:
    def kill_third(job: JobView, row: RowView, at: datetime) -> Mapping[str, int]:
        return _kill() if row.facts["no"] == 3 else _count(job, row, at)

    job, at = _start(), datetime.now(UTC)
    kind = JobKind(name="test", run_row=kill_third)
    for death in range(TRIES):
        _die(kind, job, at + death * LEASE)
    _run(kind, at=at + TRIES * LEASE)
    assert jobs.job_view(job.id).state == "done"
    assert jobs.counts(job.id) == {"done": 4, "broken:broken": 1}


def test_a_file_that_kills_its_worker_ends_as_broken_after_three_tries() -> None:
    job, at = jobs.start(kind="test", key="k", by="mika", at=AT), datetime.now(UTC)
    kind = JobKind(name="test", run_whole=_kill)
    for death in range(TRIES):
        _die(kind, job, at + death * LEASE)
    _run(kind, at=at + TRIES * LEASE)
    found = jobs.job_view(job.id)
    assert (found.state, found.reason) == ("done", "broken")


def test_a_row_that_breaks_is_tried_three_times_and_does_not_stop_the_others() -> None:
    tries: list[str] = []

    def break_third(job: JobView, row: RowView, at: datetime) -> Mapping[str, int]:
        tries.append(row.subject)
        if row.facts["no"] == 3:
            _count(job, row, at)
            raise RuntimeError("bug")
        return _count(job, row, at)

    job = _start()
    _run(JobKind(name="test", run_row=break_third))
    assert tries.count("row 3") == TRIES
    assert jobs.counts(job.id) == {"broken:broken": 1, "done": 4}
    assert jobs.job_view(job.id).state == "done"
    assert Tries.objects.count() == 4


def test_a_short_round_goes_on_in_the_next() -> None:
    job = _start()
    rounds = 0
    while jobs.job_view(job.id).state != "done":
        assert _run(COUNTING, seconds=0)["rows"] <= 1
        rounds += 1
        assert rounds < 10
    assert Tries.objects.count() == 5


def test_a_dead_workers_job_is_taken_over_when_its_lease_ends() -> None:
    job = _start()
    now = datetime.now(UTC)
    dead = Job.objects.filter(id=job.id)
    dead.update(state="running", lease_by="dead", lease_until=now + LEASE)
    assert _run(COUNTING, at=now) == {"rows": 0, "jobs": 0}
    assert _run(COUNTING, at=now + LEASE + timedelta(seconds=1)) == {"rows": 5, "jobs": 1}


def test_a_stopped_job_does_no_more_rows_and_says_so_twice() -> None:
    job = _start()
    _run(COUNTING, seconds=0)
    assert jobs.stop(job_id=job.id, by="hana", at=AT).state == "stopped"
    assert _run(COUNTING) == {"rows": 0, "jobs": 0}
    assert Tries.objects.count() == 1
    with pytest.raises(JobOver):
        jobs.stop(job_id=job.id, by="hana", at=AT)
    with pytest.raises(JobNotFound):
        jobs.stop(job_id=job.id + 1, by="hana", at=AT)


def test_a_whole_job_reports_progress_and_keeps_what_it_found() -> None:
    seen: list[int] = []

    def read(job: JobView, progress: Progress, at: datetime) -> Mapping[str, object]:
        for done in (1, 2):
            progress(done, 2)
            seen.append(jobs.job_view(job.id).done)
        return {"rows": 2}

    job = jobs.start(kind="test", key="w", by="mika", at=AT, file="stored")
    assert _run(JobKind(name="test", run_whole=read)) == {"rows": 0, "jobs": 1}
    assert seen == [1, 2]
    assert jobs.job_view(job.id).result == {"rows": 2}


def test_a_whole_job_that_is_refused_or_breaks_says_why() -> None:
    def refuse(job: JobView, progress: Progress, at: datetime) -> Mapping[str, object]:
        if job.key == "bug":
            raise RuntimeError
        raise TooOld(no=7)

    refused = jobs.start(kind="test", key="w", by="mika", at=AT)
    broken = jobs.start(kind="test", key="bug", by="mika", at=AT)
    for _round in range(TRIES):
        _run(JobKind(name="test", run_whole=refuse))
    assert (jobs.job_view(refused.id).reason, jobs.job_view(refused.id).result) == (
        "job_over",
        {"no": "7"},
    )
    assert jobs.job_view(broken.id).reason == "broken"


def test_a_kind_nobody_knows_waits_for_a_worker_that_does() -> None:
    job = _start()
    assert run_due(at=datetime.now(UTC), kinds={}) == {"rows": 0, "jobs": 0}
    assert jobs.job_view(job.id).state == "running"
    assert _run(COUNTING)["rows"] == 5


def test_a_stopped_job_does_no_row_after_the_one_under_way() -> None:
    job = _start()

    def stop_at_two(view: JobView, row: RowView, at: datetime) -> Mapping[str, int]:
        if row.facts["no"] == 2:
            jobs.stop(job_id=view.id, by="hana", at=at)
        return _count(view, row, at)

    _run(JobKind(name="test", run_row=stop_at_two))
    assert jobs.counts(job.id) == {"done": 2, "waiting": 3}
    assert jobs.job_view(job.id).state == "stopped"


def test_a_stopped_file_ends_at_its_next_word_of_progress() -> None:
    job = jobs.start(kind="test", key="whole", by="mika", at=AT)
    reached: list[int] = []

    def read(view: JobView, progress: Progress, at: datetime) -> Mapping[str, int]:
        for number in range(5):
            progress(number, 5)
            reached.append(number)
            if number == 1:
                jobs.stop(job_id=view.id, by="hana", at=at)
        return {}

    _run(JobKind(name="test", run_whole=read))
    assert reached == [0, 1]
    assert (jobs.job_view(job.id).state, Job.objects.get(id=job.id).tries) == ("stopped", 0)
