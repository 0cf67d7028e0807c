"""What a job, its rows and its kind are, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

Facts = Mapping[str, str | int]
Progress = Callable[[int, int], None]  # (done, total); total 0 = not known yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row to be done. `subject` names it to people ("123456789012-1"); no personal data."""

    subject: str
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """One job. `facts` are what was asked, `result` what a whole-file job found; no personal data.

    `state` is waiting, running, done or stopped; `file` names a stored upload, or is empty.
    """

    id: int
    kind: str
    key: str
    by: str
    started_at: datetime
    state: str
    total: int
    done: int
    facts: Facts
    result: Mapping[str, object]
    file: str
    finished_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One row of a job with what came of it: waiting, done, refused or broken."""

    id: int
    number: int
    subject: str
    facts: Facts
    state: str
    reason: str
    result: Facts


@dataclass(frozen=True, slots=True)
class Refused:
    """What `run_row` returns for a row that is refused and still leaves something behind."""

    code: str
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """How one kind of job is run: row by row, or as a whole.

    `run_row` runs in one transaction with its row's new state, so each row is done exactly once;
    a Refusal is its result and undoes all else, `Refused` keeps what was written. `run_whole`
    reports progress and may be run again from its beginning.
    """

    name: str
    run_row: Callable[[JobView, RowView, datetime], Facts | Refused | None] | None = None
    run_whole: Callable[[JobView, Progress, datetime], Mapping[str, object]] | None = None
