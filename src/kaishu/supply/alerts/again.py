"""Look again for open letters when a graph changed, and send a newer answer where it became more.

What became more is sent by itself: it may hold a part that burns. What became less waits for a
person, because a record that was taken back may have been right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from kaishu.core.errors import Refusal
from kaishu.core.lot_alert_words import ALERT, COUNTED, QUESTION
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
GROWS = ("lots", "units", "certain", "not_judged")


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
    refused: str = ""


def tick(
    *, at: datetime, by: str, rest: timedelta = timedelta(0), advance: Advance | None = None
) -> list[Change]:
    """Look again for every open letter in each network whose graph changed since."""
    places = gaps.now(at=at)
    rows = Letter.objects.filter(kind__in=(ALERT, QUESTION), direction=IN).order_by("id")
    return [
        change
        for start in state.of(list(rows.defer("content")), at=at)
        if start.word not in OVER
        for change in _again(start, places, by, at, rest, advance)
    ]


def run_due(*, at: datetime) -> Mapping[str, int]:
    """Do the worker's part; returns how many answers changed and how many were sent."""
    changes = tick(at=at, by="worker", rest=REST)
    return {"changed": len(changes), "answered": sum(1 for each in changes if each.answer)}


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
    change = Change(start.row, before, after.tally.counts, None)
    if said is None or not _grew(said.counts, after.tally.counts):
        return change
    key = f"again:{start.row.number}:{after.tally.matches[-1].pk}"
    try:
        sent = write.answer(
            number=start.row.number,
            step=COUNTED,
            us=said.issuer_code,
            key=key,
            by=by,
            at=at,
            door="worker",
        )
    except Refusal as refusal:
        return Change(start.row, before, after.tally.counts, None, refusal.code)
    return Change(start.row, before, after.tally.counts, sent)


def _grew(before: Mapping[str, int], now: Mapping[str, int]) -> bool:
    """Say whether there is more of anything now: of what is possible together with what is certain,
    and of what was only possible and is certain now."""
    more = any(now[name] > before.get(name, 0) for name in GROWS)
    old = before.get("certain", 0) + before.get("possible", 0)
    return more or now["certain"] + now["possible"] > old
