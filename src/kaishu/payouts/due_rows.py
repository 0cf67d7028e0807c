"""Every promise that is owed, with the word why it may leave or why not: one statement.

The promises join their claim units by case and unit number, which no foreign key says, so it is
written in SQL: each table is read by an index, and only what is owed is read at all. The order of
the words is the order of the questions: the first that answers wins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from kaishu.claims.reasons import COLLECTED_REASONS, UNDONE
from kaishu.claims.terms import recall_of
from kaishu.core.recall import DueWhen
from kaishu.core.remedy import COLLECTED_AT
from kaishu.editions.models import Edition
from kaishu.payouts.models import LIVE
from kaishu.payouts.reasons import OWNER_CORRECTS
from kaishu.payouts.rules import Rule, house_rule, rules

DUE = ("approved", "collected")
WAITING = (
    "not_approved",
    "forgotten",
    "paused",
    "correct_first",
    "not_collected",
    "receipt_first",
    "sample",
)

Sql = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One promise that is owed; `why` is one of `DUE` or `WAITING`, `since` its last decision."""

    promise_id: int
    recall_id: int
    case_no: str
    unit_no: int
    terms: str
    commodity: str
    quantity: int
    payee: str
    product: str
    unit_id: int | None
    since: datetime | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What is owed in one recall, commodity and for one reason; `oldest` its oldest decision."""

    recall_id: int
    commodity: str
    why: str
    count: int
    people: int
    total: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which of them: empty = all. `before` leaves out what was decided later; `in_batch` reads what
    lies in a batch too."""

    recall_id: int | None = None
    commodity: str = ""
    before: datetime | None = None
    why: Sequence[str] = ()
    promise_id: int | None = None
    paused: frozenset[int] = frozenset()
    in_batch: bool = False


def owed_rows(wanted: Wanted, *, limit: int | None = None) -> Iterator[Owed]:
    """Yield what is owed and lies in no batch, by number of the promise."""
    sampling, fallback = rules(), house_rule()
    found = 0
    for row in _select(wanted):
        why = _after_sample(row, sampling.get((row[1], row[5])) or fallback)
        if wanted.why and why not in wanted.why:
            continue
        yield Owed(
            promise_id=row[0],
            recall_id=row[1],
            case_no=row[2],
            unit_no=row[3],
            terms=row[4],
            commodity=row[5],
            quantity=row[6],
            payee=row[7],
            product=row[8],
            unit_id=row[9],
            since=_time(row[10]),
            why=why,
        )
        found += 1
        if found == limit:
            return


def owed_groups(wanted: Wanted) -> list[Group]:
    """Return what is owed and lies in no batch, counted in the database by recall and reason.

    What leaves before its unit came is read line by line where a sample may hold it back.
    """
    sampling, fallback = rules(), house_rule()
    found: list[Group] = []
    mixed: list[tuple[int, str]] = []
    for recall_id, commodity, why, count, people, total, oldest in _grouped(wanted):
        rule = sampling.get((recall_id, commodity)) or fallback
        if why == "approved" and rule.sample_permille:
            mixed.append((recall_id, commodity))
            continue
        found.append(
            Group(
                recall_id=recall_id,
                commodity=commodity,
                why=why,
                count=count,
                people=people,
                total=int(total),
                oldest=_time(oldest),
            )
        )
    for recall_id, commodity in mixed:
        each = replace(wanted, recall_id=recall_id, commodity=commodity, why=("approved", "sample"))
        found += _counted(list(owed_rows(each)))
    return sorted(found, key=lambda group: (group.recall_id, group.commodity, group.why))


def _counted(rows: Sequence[Owed]) -> list[Group]:
    groups = []
    for why in sorted({row.why for row in rows}):
        mine = [row for row in rows if row.why == why]
        groups.append(
            Group(
                recall_id=mine[0].recall_id,
                commodity=mine[0].commodity,
                why=why,
                count=len(mine),
                people=len({row.payee for row in mine}),
                total=sum(row.quantity for row in mine),
                oldest=min((row.since for row in mine if row.since), default=None),
            )
        )
    return groups


def _after_sample(row: Sequence[Any], rule: Rule) -> str:
    """Return why, once the sample is asked too: only what leaves before the unit came can wait."""
    if row[11] != "approved" or row[12]:
        return str(row[11])
    sampled = rule.sampled(recall_id=row[1], case_no=row[2], unit_no=row[3])
    return "sample" if sampled else "approved"


def _select(wanted: Wanted) -> Iterator[Sequence[Any]]:
    text, values = _owed(wanted)
    narrow, narrow_values = _narrow(wanted)
    yield from _run(
        f"SELECT * FROM ({text}) AS owed {narrow} ORDER BY id",  # noqa: S608 (words are ours)
        [*values, *narrow_values],
    )


def _grouped(wanted: Wanted) -> Iterator[Sequence[Any]]:
    text, values = _owed(wanted)
    yield from _run(
        f"""SELECT recall_id, commodity, why, COUNT(*), COUNT(DISTINCT person_id), SUM(quantity),
        MIN(at) FROM ({text}) AS owed GROUP BY recall_id, commodity, why""",  # noqa: S608 (words are ours)
        values,
    )


def _run(text: str, values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        while page := cursor.fetchmany(2_000):
            yield from page


def _owed(wanted: Wanted) -> Sql:
    """Return the statement that reads every promise owed, with why."""
    filters, values = _filters(wanted)
    why, why_values = _why(wanted)
    text = f"""
        SELECT p.id AS id, p.recall_id AS recall_id, p.case_no, p.unit_no, p.terms,
               p.commodity AS commodity, p.quantity AS quantity, c.person_id AS person_id,
               cu.product, CASE WHEN cu.contested THEN NULL ELSE cu.unit_id END AS unit_id,
               d.at AS at, {why} AS why, {_collected()} AS collected
        FROM books_promise p
        JOIN claims_claim c ON c.case_no = p.case_no
        JOIN claims_claimunit cu ON cu.claim_id = c.id AND cu.unit_no = p.unit_no
        LEFT JOIN claims_decision d ON d.id = cu.newest_decision_id
        LEFT JOIN books_unit u ON u.id = cu.unit_id AND NOT cu.contested
        WHERE p.account = 'owed' AND p.role = 'remedy' {filters} {_free(wanted)}"""  # noqa: S608 (every value is a parameter; words are ours)
    return text, [*why_values, *values]


def _free(wanted: Wanted) -> str:
    if wanted.in_batch:
        return ""
    return f"""AND NOT EXISTS (SELECT 1 FROM payouts_instruction i
        WHERE i.promise_id = p.id AND i.state IN ({_words(LIVE)}))"""  # noqa: S608 (words are ours)


def _filters(wanted: Wanted) -> Sql:
    before = wanted.before and connection.ops.adapt_datetimefield_value(wanted.before)
    asked = (
        ("p.recall_id = %s", wanted.recall_id),
        ("p.commodity = %s", wanted.commodity or None),
        ("d.at <= %s", before),
        ("p.id = %s", wanted.promise_id),
    )
    given = [(text, value) for text, value in asked if value is not None]
    return "".join(f" AND {text}" for text, _ in given), [value for _, value in given]


def _narrow(wanted: Wanted) -> Sql:
    """Let the database leave out what nobody asked for; the sample is told apart afterwards."""
    words = {("approved" if why == "sample" else why) for why in wanted.why}
    if not words:
        return "", []
    return f"WHERE why IN ({', '.join(['%s'] * len(words))})", sorted(words)


def _why(wanted: Wanted) -> Sql:
    """Return the expression that names why: the first question with an answer wins."""
    at_once, collected = _terms()
    high, high_values = _high()
    paused = sorted(wanted.paused)
    first, first_values = _among(at_once)
    later, later_values = _among(collected)
    text = f"""CASE
        WHEN d.standing IS NULL OR d.standing <> 'approved' THEN 'not_approved'
        WHEN c.person_id IN (SELECT pe.id FROM people_person pe
                             WHERE pe.forgotten_at IS NOT NULL) THEN 'forgotten'
        WHEN {_numbers("p.recall_id", paused)} THEN 'paused'
        WHEN p.id IN (SELECT b.promise_id FROM payouts_instruction b
                      WHERE b.state IN ('bounced', 'returned') AND b.corrected_at IS NULL
                      AND b.reason IN ({_words(OWNER_CORRECTS)})) THEN 'correct_first'
        WHEN NOT ({first} OR {later}) THEN 'not_approved'
        WHEN {_collected()} THEN 'collected'
        WHEN {later} THEN 'not_collected'
        WHEN {high} THEN 'receipt_first'
        ELSE 'approved' END"""  # noqa: S608 (every value is a parameter; words are ours)
    return text, [*first_values, *later_values, *later_values, *high_values]


def _collected() -> str:
    # What the depot took back with the very next decision found nothing.
    inspected = f"""EXISTS (SELECT 1 FROM claims_decision n WHERE n.claim_unit_id = cu.id
        AND n.kind = 'inspected' AND n.reason IN ({_words(sorted(COLLECTED_REASONS))})
        AND NOT EXISTS (SELECT 1 FROM claims_decision z WHERE z.claim_unit_id = cu.id
            AND z.number = n.number + 1 AND z.reason = '{UNDONE}'))"""  # noqa: S608 (words are ours)
    return f"""(COALESCE(u.account, '') IN ({_words(sorted(COLLECTED_AT))})
        OR (COALESCE(u.account, '') <> 'owner' AND {inspected}))"""


def _terms() -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Return the terms that are due once approved, and those due once collected."""
    found: dict[DueWhen, list[tuple[int, str]]] = {when: [] for when in DueWhen}
    for edition_id in Edition.objects.order_by("id").values_list("id", flat=True):
        for remedy in recall_of(edition_id).remedies:
            found[remedy.due].append((edition_id, remedy.code))
    return found[DueWhen.APPROVED], found[DueWhen.COLLECTED]


def _high() -> Sql:
    parts: list[str] = []
    values: list[Any] = []
    for (recall_id, commodity), rule in sorted(rules().items(), key=lambda pair: pair[0]):
        if rule.received_above is not None:
            parts.append("(p.recall_id = %s AND p.commodity = %s AND p.quantity > %s)")
            values += [recall_id, commodity, rule.received_above]
    return " OR ".join(parts) or "1 = 0", values


def _among(pairs: Sequence[tuple[int, str]]) -> Sql:
    if not pairs:
        return "1 = 0", []
    rows = ", ".join(["(%s, %s)"] * len(pairs))
    return f"(p.edition_id, p.terms) IN (VALUES {rows})", [each for pair in pairs for each in pair]


def _numbers(column: str, numbers: Sequence[int]) -> str:
    return f"{column} IN ({', '.join(str(int(each)) for each in numbers)})" if numbers else "1 = 0"


def _words(words: Sequence[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _time(value: object) -> datetime | None:
    """Return an aware time: SQLite keeps times as text in UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
