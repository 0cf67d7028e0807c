"""The week of the team, for whoever watches over it: who looked, decided, paid, gave rights.

A thief in the house looks like work. Four patterns do not, and are named: more looks in a day than
any work needs, far more than the same person's weeks before, many people looked at and nothing
done for them, and one person who both proposed and approved money (never the same batch: the
database refuses that). A mark is a question to ask, never a verdict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from kaishu.base.access.models import AccountEvent
from kaishu.claims.models import Claim, Decision
from kaishu.notices.models import CallBack
from kaishu.payouts.models import Batch
from kaishu.people import reveals
from kaishu.people.models import RevealLog
from kaishu.returns.models import Kit

WEEK = timedelta(days=7)
WEEKS_BEFORE = 4
MANY, MUCH_MORE, NOTHING_DONE, BOTH_SIDES = "many", "much_more", "nothing_done", "both_sides"
# House rules, from what a week of work looks like in the simulated past.
MUCH_MORE_LEAST, MUCH_MORE_TIMES = 20, 3
NOTHING_DONE_LEAST = 10
MACHINES = frozenset({"owner", "worker", "rule", ""})


@dataclass(frozen=True, slots=True)
class Line:
    """One member of staff's week. `idle` = people looked at with nothing done for them."""

    by: str
    looks: int
    people: int
    idle: int
    usual: float
    files: int
    decisions: int
    proposed: int
    approved: int
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """The week from `since`: a line a person, those with marks first, and what accounts saw."""

    since: datetime
    until: datetime
    lines: tuple[Line, ...]
    account_acts: tuple[AccountEvent, ...]


def week(*, since: datetime, zone: tzinfo) -> Week:
    """Return the week that begins at `since`, in the days of `zone`."""
    until = since + WEEK
    seen = reveals.per_person(since=since, until=until)
    before = reveals.per_person(since=since - WEEKS_BEFORE * WEEK, until=since)
    files = reveals.files_per_person(since=since, until=until)
    idle = _nothing_done(since, until)
    decided = Counter(
        Decision.objects.filter(at__gte=since, at__lt=until).values_list("by", flat=True)
    )
    made, approved = _batches(since, until)
    alarmed = {alarm.by for alarm in reveals.alarms(since=since, until=until, zone=zone)}
    names = ({*seen, *files, *decided, *made, *approved}) - MACHINES
    lines = []
    for by in names:
        looks, people = seen.get(by, (0, 0))
        usual = before.get(by, (0, 0))[0] / WEEKS_BEFORE
        facts = Line(
            by=by,
            looks=looks,
            people=people,
            idle=idle.get(by, 0),
            usual=usual,
            files=files.get(by, 0),
            decisions=decided[by],
            proposed=made[by],
            approved=approved[by],
            marks=(),
        )
        lines.append(_marked(facts, alarmed))
    lines.sort(key=lambda line: (-len(line.marks), -line.looks, line.by))
    return Week(since, until, tuple(lines), _account_acts(since, until))


def _marked(line: Line, alarmed: set[str]) -> Line:
    much_more = line.looks >= max(MUCH_MORE_LEAST, MUCH_MORE_TIMES * line.usual)
    told: Mapping[str, bool] = {
        MANY: line.by in alarmed,
        MUCH_MORE: much_more and line.usual > 0,
        NOTHING_DONE: line.idle >= NOTHING_DONE_LEAST,
        BOTH_SIDES: line.proposed > 0 and line.approved > 0,
    }
    marks = tuple(code for code, holds in told.items() if holds)
    return replace(line, marks=marks)


def _nothing_done(since: datetime, until: datetime) -> dict[str, int]:
    """Count by member of staff the people whose details they saw and for whom they did nothing.

    Done is a decision, a call or a kit by the same hand, up to two days after the week.
    """
    seen = set(RevealLog.objects.filter(at__gte=since, at__lt=until).values_list("by", "person_id"))
    late = until + timedelta(days=2)
    worked = set(
        Decision.objects.filter(at__gte=since, at__lt=late).values_list(
            "by", "claim_unit__claim__person_id"
        )
    )
    worked |= set(
        CallBack.objects.filter(done_at__gte=since, done_at__lt=late).values_list(
            "done_by", "person_id"
        )
    )
    worked |= _kits(since, late)
    return dict(Counter(by for by, _person in seen - worked))


def _kits(since: datetime, until: datetime) -> set[tuple[str, str]]:
    sent = list(Kit.objects.filter(at__gte=since, at__lt=until).values_list("by", "case_no"))
    people = dict(
        Claim.objects.filter(case_no__in={case_no for _by, case_no in sent}).values_list(
            "case_no", "person_id"
        )
    )
    return {(by, people[case_no]) for by, case_no in sent if case_no in people}


def _batches(since: datetime, until: datetime) -> tuple[Counter[str], Counter[str]]:
    made = Batch.objects.filter(proposed_at__gte=since, proposed_at__lt=until)
    approved = Batch.objects.filter(approved_at__gte=since, approved_at__lt=until)
    return (
        Counter(made.values_list("maker", flat=True)),
        Counter(name or "" for name in approved.values_list("approver", flat=True)),
    )


def _account_acts(since: datetime, until: datetime) -> tuple[AccountEvent, ...]:
    rows = AccountEvent.objects.filter(at__gte=since, at__lt=until).exclude(what="signed_in")
    return tuple(rows.order_by("-at", "-id"))
