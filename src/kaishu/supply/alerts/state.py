"""What the rows of a letter come to today: its state, its match, its answers, whether it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kaishu.base import clock
from kaishu.core.lot_alert import COUNTS
from kaishu.core.lot_alert_words import ALERT, ANSWER, QUESTION, WITHDRAWAL
from kaishu.supply.alerts import gaps
from kaishu.supply.alerts.known import Known, Standing
from kaishu.supply.alerts.models import FORWARDED, IN, OUT, SEEN_AGAIN
from kaishu.supply.alerts.take import may_withdraw, standing_of
from kaishu.supply.alerts.tally import Tally, added, looks
from kaishu.supply.models import Letter, LetterMatch, LetterStep

MOST = 200


class Word(StrEnum):
    """Where a letter stands. One that came in waits to be verified, matched and answered."""

    NOT_VERIFIED = "not_verified"
    NEW = "new"
    MATCHED = "matched"
    NONE_HERE = "none_here"
    CANNOT_TELL = "cannot_tell"
    CHANGED = "changed"
    ANSWERED = "answered"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class State:
    """One alert or question with all that happened to it, oldest first."""

    row: Letter
    standing: Standing
    word: Word
    matches: Sequence[LetterMatch]
    tally: Tally
    answers: Sequence[tuple[Letter, Standing]]
    passed_on: Sequence[LetterStep]
    seen_again: Sequence[LetterStep]
    withdrawn: Letter | None
    superseded: Letter | None

    @property
    def match(self) -> LetterMatch | None:
        """The newest look for its lots."""
        return self.matches[-1] if self.matches else None

    @property
    def waits(self) -> bool:
        """Whether somebody here still has to do something."""
        return self.word in _WAITS

    @property
    def said(self) -> Letter | None:
        """Our newest answer that says how many."""
        return said_of([each for each, _ in self.answers])


_WAITS = frozenset(
    [Word.NOT_VERIFIED, Word.NEW, Word.MATCHED, Word.NONE_HERE, Word.CANNOT_TELL, Word.CHANGED]
)


def said_of(answers: Iterable[Letter]) -> Letter | None:
    """Return the newest answer of ours that says how many, from answers in their order."""
    counted = [each for each in answers if each.direction == OUT and each.step == "counted"]
    return counted[-1] if counted else None


def replaced(answers: Iterable[Letter]) -> set[str]:
    """Return the numbers of answers that stand no more: their company answered again later.

    A counted answer is replaced by a counted one. An old answer that arrives after a newer one is
    replaced as it arrives.
    """
    newest: dict[tuple[str, str, str], Letter] = {}
    over = set()
    for each in answers:
        who = (each.issuer_code, each.issuer_key, each.step)
        before = newest.get(who)
        if before is None or (each.issued_at, each.pk) > (before.issued_at, before.pk):
            newest[who] = each
            over |= {before.number} if before else set()
        else:
            over.add(each.number)
    return over


def states(*, direction: str = "", most: int = MOST) -> list[State]:
    """Return the newest alerts and questions, the newest first."""
    rows = Letter.objects.filter(kind__in=(ALERT, QUESTION)).defer("content")
    if direction in (IN, OUT):
        rows = rows.filter(direction=direction)
    return of(list(rows.order_by("-id")[:most]))


def is_here(number: str) -> bool:
    """Say whether an alert or a question of this number is here."""
    return Letter.objects.filter(number=number, kind__in=(ALERT, QUESTION)).exists()


def of(rows: Sequence[Letter], *, at: datetime | None = None) -> list[State]:
    """Return the states of these letters, in their order, by a fixed number of questions."""
    places = gaps.now(at=at or clock.now()) if any(row.direction == IN for row in rows) else {}
    looked = looks(rows)
    known, numbers = Known(), [row.number for row in rows]
    matches, steps = defaultdict(list), defaultdict(list)
    for match in LetterMatch.objects.filter(letter__in=rows).select_related("network"):
        matches[match.letter_id].append(match)
    for step in LetterStep.objects.filter(letter__in=rows):
        steps[step.letter_id].append(step)
    about, newer = defaultdict(list), defaultdict(list)
    light = Letter.objects.defer("content")
    for row in light.filter(about__in=numbers, kind__in=(ANSWER, WITHDRAWAL)):
        about[row.about].append(row)
    for row in light.filter(supersedes__in=numbers):
        newer[row.supersedes].append(row)
    return [
        _state(
            row,
            known,
            added(row, matches[row.id], looked, places),
            matches[row.id],
            steps[row.id],
            about[row.number],
            newer[row.number],
        )
        for row in rows
    ]


def _state(
    row: Letter,
    known: Known,
    found: Tally,
    matches: Sequence[LetterMatch],
    steps: Sequence[LetterStep],
    about: Sequence[Letter],
    newer: Sequence[Letter],
) -> State:
    standing = standing_of(row, known)
    theirs = [each for each in about if each.kind == WITHDRAWAL and _may(row, each, known)]
    after = [each for each in newer if _may(row, each, known)]
    answers = [(each, standing_of(each, known)) for each in about if each.kind == ANSWER]
    withdrawn, superseded = _first(theirs), _first(after)
    return State(
        row=row,
        standing=standing,
        word=_word(row, standing, found, answers, withdrawn, superseded),
        matches=matches,
        tally=found,
        answers=answers,
        passed_on=[each for each in steps if each.step == FORWARDED],
        seen_again=[each for each in steps if each.step == SEEN_AGAIN],
        withdrawn=withdrawn,
        superseded=superseded,
    )


def _word(
    row: Letter,
    standing: Standing,
    found: Tally,
    answers: Sequence[tuple[Letter, Standing]],
    withdrawn: Letter | None,
    superseded: Letter | None,
) -> Word:
    if withdrawn is not None:
        return Word.WITHDRAWN
    if superseded is not None:
        return Word.SUPERSEDED
    if row.direction == OUT:
        return Word.ANSWERED if answers else Word.ISSUED
    said = said_of([each for each, _ in answers])
    if said is not None and differs(said, found):
        return Word.CHANGED
    if any(each.direction == OUT and each.step != "acknowledged" for each, _ in answers):
        return Word.ANSWERED
    if found.matches:
        some = Word.MATCHED if found.some else Word.CANNOT_TELL
        return Word.NONE_HERE if found.none else some
    return Word.NEW if standing is Standing.VERIFIED else Word.NOT_VERIFIED


def differs(said: Letter, found: Tally) -> bool:
    """Say whether an answer of ours has other numbers than a look would give now."""
    return any(said.counts.get(name, 0) != found.counts[name] for name in COUNTS)


def _may(row: Letter, other: Letter, known: Known) -> bool:
    return may_withdraw(row, other.issuer_code, other.issuer_key, known)


def _first(rows: Sequence[Letter]) -> Letter | None:
    return rows[0] if rows else None
