"""Look again for open letters when a graph changed, and send a newer answer where it became more.

What became more is sent by itself: it may hold a part that burns. What became less waits for a
person, because a record that was taken back may have been right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from kaishu.core.errors import Refusal
from kaishu.core.lot_alert_words import ALERT, ANSWER, COUNTED, QUESTION
from kaishu.supply.alerts import gaps, state, take, write
from kaishu.supply.alerts.compare import Advance
from kaishu.supply.alerts.gaps import Place
from kaishu.supply.alerts.known import Standing
from kaishu.supply.alerts.match import Look, keep, look, note
from kaishu.supply.alerts.models import IN
from kaishu.supply.alerts.state import State, Word
from kaishu.supply.alerts.tally import in_force
from kaishu.supply.models import Letter, LetterLook, LetterMatch

OVER = (Word.WITHDRAWN, Word.SUPERSEDED)
# While events stream in, the worker does not look again for each of them; a page says so meanwhile.
REST = timedelta(minutes=5)
BY_ITSELF = "worker"
GROWS = ("lots", "units", "certain", "not_judged")


class Outcome(StrEnum):
    """What came of a look: whether an answer went out, or what it waits for."""

    SENT = "sent"
    NOT_SENT = "not_sent"
    WAITING = "waiting"
    NOT_ANSWERED = "not_answered"
    SAME = "same"
    FAILED = "failed"


# An answer that is wrong, and nobody is told of it.
WRONG = frozenset({Outcome.NOT_SENT, Outcome.FAILED})


@dataclass(frozen=True, slots=True)
class Change:
    """What a look came to for one letter: the numbers before and now, and the answer that was sent.

    `before` is what our newest answer says, or the look before where nothing was answered.
    `refused` is why no answer could be sent by itself, or empty.
    """

    row: Letter
    before: Mapping[str, int]
    now: Mapping[str, int]
    answer: Letter | None
    outcome: Outcome
    refused: str = ""


def tick(
    *, at: datetime, by: str, rest: timedelta = timedelta(0), advance: Advance | None = None
) -> list[Change]:
    """Look again for every open letter in each network whose graph changed since.

    A letter that cannot be looked at says so as its own change, and the next one is looked at.
    """
    places = gaps.now(at=at)
    found: list[Change] = []
    for start in _open(at):
        try:
            found += _again(start, places, by, at, rest, advance)
        except Exception:  # whatever is wrong with one letter, the others must be answered
            structlog.get_logger("kaishu.alerts").exception("again.failed", letter=start.row.number)
            there = start.tally.counts
            found.append(Change(start.row, there, there, None, Outcome.FAILED))
    return found


def waiting(*, at: datetime) -> list[Change]:
    """Return the letters whose answer is no longer right and waits for a person."""
    return [
        Change(each.row, each.said.counts, each.tally.counts, None, Outcome.WAITING)
        for each in _open(at)
        if each.word is Word.CHANGED and each.said is not None
    ]


def sent_lately(*, at: datetime) -> Sequence[Letter]:
    """Return the newer answers that went out by themselves within a day, the newest first."""
    mine = Letter.objects.filter(kind=ANSWER, door=BY_ITSELF, at__gt=at - timedelta(days=1))
    return list(mine.defer("content").order_by("-id"))


def not_ready(*, at: datetime) -> Mapping[str, list[str]]:
    """Return the networks that cannot be looked at as they are recorded now, with the words why."""
    return {
        place.network.slug: sorted(place.open & gaps.PASSING)
        for place in gaps.now(at=at).values()
        if place.open & gaps.PASSING
    }


def _open(at: datetime) -> list[State]:
    rows = Letter.objects.filter(kind__in=(ALERT, QUESTION), direction=IN).order_by("id")
    return [each for each in state.of(list(rows.defer("content")), at=at) if each.word not in OVER]


def run_due(*, at: datetime) -> Mapping[str, int]:
    """Do the worker's part; returns how many answers changed and how many were sent."""
    changes = tick(at=at, by="worker", rest=REST)
    return {
        "changed": len(changes),
        "answered": sum(1 for each in changes if each.answer),
        "failed": sum(1 for each in changes if each.outcome is Outcome.FAILED),
    }


def _again(
    start: State,
    places: Mapping[int, Place],
    by: str,
    at: datetime,
    rest: timedelta,
    advance: Advance | None,
) -> Iterator[Change]:
    due = list(_due(start, places, at, rest))
    if not due:
        return
    row = take.letter(start.row.number)
    sent, changed = take.sent_of(row), False
    for place, item, before in due:
        try:
            us = before.us if before else ""
            seen = look(sent, place.network, item=item, us=us, advance=advance)
        except Refusal:
            continue  # the tally says that this network was not asked
        if before is not None and _same(before, seen):
            note(row, place.network, item, seen.graph, at)
            continue
        anyway = before is not None and before.anyway
        keep(row, place.network, item, seen, anyway=anyway, by=by, at=at)
        changed |= before is None or (before.counts, before.found) != (seen.counts, seen.found)
    if changed:
        yield _answered(start, by, at)


def _due(
    start: State, places: Mapping[int, Place], at: datetime, rest: timedelta
) -> Iterator[tuple[Place, str, LetterMatch | None]]:
    """Yield what to look into: each network and item whose graph was not looked at yet."""
    looked = {
        (each.network_id, each.item): each for each in LetterLook.objects.filter(letter=start.row)
    }
    matches = in_force(start.row, start.matches)
    asked: list[tuple[int, str, LetterMatch | None]] = [
        (each.network_id, each.item, each) for each in matches
    ]
    new = set(places) - {each.network_id for each in matches}
    if start.standing is Standing.VERIFIED:
        asked += [(number, start.row.item, None) for number in sorted(new)]
    for number, item, before in asked:
        place, last = places.get(number), looked.get((number, item))
        if place is None or not place.digest:
            continue
        seen = last.graph if last else before.graph if before else ""
        if seen != place.digest and (last is None or last.at <= at - rest):
            yield place, item, before


def _same(before: LetterMatch, seen: Look) -> bool:
    return (before.counts, before.found, before.compared) == (
        seen.counts,
        seen.found,
        seen.compared,
    )


def _answered(start: State, by: str, at: datetime) -> Change:
    """Send a newer answer where one was given and there is more now."""
    after = state.of([start.row], at=at)[0]
    said = start.said
    before = said.counts if said else start.tally.counts
    now = after.tally.counts
    if said is None:
        return Change(start.row, before, now, None, Outcome.NOT_ANSWERED)
    if not _grew(before, now):
        less = state.differs(said, after.tally)
        return Change(start.row, before, now, None, Outcome.WAITING if less else Outcome.SAME)
    try:
        sent = write.answer(
            number=start.row.number,
            step=COUNTED,
            us=said.issuer_code,
            key=f"again:{start.row.number}:{after.tally.matches[-1].pk}",
            by=by,
            at=at,
            door=BY_ITSELF,
        )
    except Refusal as refusal:
        return Change(start.row, before, now, None, Outcome.NOT_SENT, refusal.code)
    return Change(start.row, before, now, sent, Outcome.SENT)


def _grew(before: Mapping[str, int], now: Mapping[str, int]) -> bool:
    """Say whether there is more of anything now: of what is possible together with what is certain,
    and of what was only possible and is certain now."""
    more = any(now[name] > before.get(name, 0) for name in GROWS)
    old = before.get("certain", 0) + before.get("possible", 0)
    return more or now["certain"] + now["possible"] > old
