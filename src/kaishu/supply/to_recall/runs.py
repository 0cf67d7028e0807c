"""Write many serials as few rules, without taking in a single one that is not among them.

A run is a stretch of serials with nothing between them: numbers behind a fixed head, or serials
that follow each other in the order of the alphabet. Whatever serial such a rule selects is one of
those that it was made from, so a run needs no trust in how a brand counts. What stands alone goes
to a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kaishu.core.coding import Coder
from kaishu.core.recall import RuleKind, SerialFormat
from kaishu.core.selectors import DECIMAL
from kaishu.core.serials import read

SHORTEST = 20  # a run of fewer serials reads better in a list
MOST = 24  # more ranges than this nobody reads: then one list says it
_TAIL = re.compile(r"[0-9]+\Z")


@dataclass(frozen=True, slots=True)
class Run:
    """Serials from `first` to `last`, both included, of one length. `head` stands before both."""

    kind: RuleKind
    first: str
    last: str
    count: int
    head: str = ""


Pair = tuple[Run, list[str]]


@dataclass(frozen=True, slots=True)
class Written:
    """What the serials come to: runs, the rest for a list, and those that the format cannot read.

    Together they hold every serial that was given, each once.
    """

    runs: tuple[Run, ...]
    listed: tuple[str, ...]
    unfit: tuple[str, ...]


def write(serials: Iterable[str], form: SerialFormat) -> Written:
    """Return serials as runs and a list; each is first read by the format of its brand."""
    fit, unfit = fitting(serials, form)
    ways = (_long(_numbers(fit, form)), _long(_spelt(fit, form)))
    runs = max(ways, key=lambda way: (sum(run.count for run, _inside in way), -len(way)))
    covered = {serial for _run, inside in runs for serial in inside}
    return Written(
        tuple(run for run, _inside in runs), tuple(sorted(fit - covered)), tuple(sorted(unfit))
    )


def fitting(serials: Iterable[str], form: SerialFormat) -> tuple[set[str], list[str]]:
    """Return serials in the normal form of their brand, and those that it cannot have printed."""
    fit: set[str] = set()
    unfit: list[str] = []
    for serial in serials:
        found = read(serial, form).serial
        if found is None:
            unfit.append(serial)
        else:
            fit.add(found)
    return fit, unfit


def _long(runs: Sequence[Pair]) -> list[Pair]:
    """Keep the runs that are worth a rule; too many of them are worth none."""
    kept = [each for each in runs if each[0].count >= SHORTEST]
    return kept if len(kept) <= MOST else []


def _numbers(serials: set[str], form: SerialFormat) -> list[Pair]:
    """Return runs of decimal numbers of one length behind one head."""
    if set(DECIMAL) - set(form.alphabet):
        return []
    places: dict[tuple[str, int], list[tuple[int, str]]] = {}
    for serial in serials:
        if match := _TAIL.search(serial):
            tail = match.group()
            places.setdefault((serial[: match.start()], len(tail)), []).append((int(tail), serial))
    runs = []
    for (head, _length), numbered in sorted(places.items()):
        for stretch in _stretches(sorted(numbered)):
            first, last = (stretch[at][len(head) :] for at in (0, -1))
            runs.append((Run(RuleKind.COUNTER, first, last, len(stretch), head), stretch))
    return runs


def _spelt(serials: set[str], form: SerialFormat) -> list[Pair]:
    """Return runs of serials that follow each other in the order of the alphabet."""
    number = Coder(form.alphabet).number()
    lengths: dict[int, list[tuple[int, str]]] = {}
    for serial in serials:
        lengths.setdefault(len(serial), []).append((number(serial.encode()), serial))
    runs = []
    for _length, numbered in sorted(lengths.items()):
        for stretch in _stretches(sorted(numbered)):
            runs.append((Run(RuleKind.RANGE, stretch[0], stretch[-1], len(stretch)), stretch))
    return runs


def _stretches(numbered: Sequence[tuple[int, str]]) -> list[list[str]]:
    """Cut sorted numbers where one is missing."""
    stretches: list[list[str]] = []
    before = None
    for number, serial in numbered:
        if before is None or number != before + 1:
            stretches.append([])
        stretches[-1].append(serial)
        before = number
    return stretches
