"""Which things of ours a letter means: by name, by hidden id, by a run of serials, by days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kaishu.core.genealogy import things
from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.neighbours_time import Nodes, entries_of
from kaishu.core.genealogy.things import Kind
from kaishu.core.lot_alert import Alert
from kaishu.core.lot_alert_file import Sent
from kaishu.core.lot_alert_ids import found
from kaishu.core.lot_alert_runs import Runs
from kaishu.supply.alerts.errors import AlertKeyMissing
from kaishu.supply.network import asking

# What is being done, how much of it is done, and of how much.
Advance = Callable[[str, int, int], None]
AT_ONCE = 100_000
# Clocks and days of records differ: what was first heard of so shortly before a window may be new.
SLACK = 86_400
Bools = NDArray[np.bool_]
NOBODY: Nodes = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Meant:
    """Numbers of things that a letter means, ascending. `doubted` are meant perhaps: no record
    says when they were made (`undated`), or it says another day (`other_days`). `late` counts what
    is first on record after the window and stays outside.
    """

    sure: Nodes
    doubted: Nodes
    compared: int
    undated: int = 0
    other_days: int = 0
    late: int = 0

    @property
    def every(self) -> Nodes:
        """All of them."""
        return np.union1d(self.sure, self.doubted)


def compare(sent: Sent, graph: Graph, item: str, advance: Advance | None = None) -> Meant:
    """Find what an alert or a question means, under our own code of its item.

    Where it names lots or units, those are meant, whatever their days: where our records say other
    days they are doubted. Where it names days alone, everything of the item is meant that was or
    may have been made then. Raises AlertKeyMissing.
    """
    letter = sent.letter
    assert isinstance(letter, Alert)
    if letter.hidden and not sent.key and (letter.lots or letter.units):
        raise AlertKeyMissing
    lots, units = of_item(graph, item, Kind.LOT), of_item(graph, item, Kind.UNIT)
    if not (letter.lots or letter.units or letter.runs):
        return _of_days(graph, np.union1d(lots, units), letter)
    named = [
        _named(sent, letter.lots, graph, lots, item, advance),
        _named(sent, letter.units, graph, units, item, advance),
        _in_runs(letter, graph, units, advance),
    ]
    asked_units = bool(letter.units or letter.runs)
    compared = (len(lots) if letter.lots else 0) + (len(units) if asked_units else 0)
    return _dated(graph, np.unique(np.concatenate(named)), compared, letter)


def of_item(graph: Graph, item: str, kind: Kind) -> Nodes:
    """Return the numbers of every lot or unit of an item, ascending."""
    every = np.arange(graph.facts.nodes, dtype=np.int64)
    mine = every[graph.kinds(every) == kind]
    classes = graph.items(mine)
    same = [each for each in np.unique(classes).tolist() if graph.item_code(each) == item]
    numbers: Nodes = mine[np.isin(classes, same)]
    return numbers


def _named(
    sent: Sent,
    wanted: Sequence[str],
    graph: Graph,
    mine: Nodes,
    item: str,
    advance: Advance | None,
) -> Nodes:
    """Return those of our things that are named; names are looked up, ids are tried on each."""
    letter = sent.letter
    assert isinstance(letter, Alert)
    if not wanted or not len(mine):
        return NOBODY
    if not letter.hidden:
        codes = wanted if item == letter.item else [under(item, code) for code in wanted]
        numbers = graph.numbers(codes)
        return np.unique(numbers[numbers >= 0])
    hits = [NOBODY]
    for start in range(0, len(mine), AT_ONCE):
        part = mine[start : start + AT_ONCE]
        codes = graph.codes(part)
        theirs = codes if item == letter.item else [under(letter.item, code) for code in codes]
        hits.append(part[found(sent.key, wanted, theirs)])
        _told(advance, start + len(part), len(mine))
    return np.concatenate(hits)


def _in_runs(letter: Alert, graph: Graph, units: Nodes, advance: Advance | None) -> Nodes:
    if not letter.runs:
        return NOBODY
    runs, hits = Runs(letter.runs), [NOBODY]
    for start in range(0, len(units), AT_ONCE):
        part = units[start : start + AT_ONCE]
        kept = [runs.has(things.name_of(code)) for code in graph.codes(part)]
        hits.append(part[np.array(kept, np.bool_)])
        _told(advance, start + len(part), len(units))
    return np.concatenate(hits)


def under(item: str, code: str) -> str:
    """Return a lot or a unit of one item under another item's code."""
    make = things.lot if things.kind_of(code) is Kind.LOT else things.unit
    return make(item, things.name_of(code))


def _dated(graph: Graph, named: Nodes, compared: int, letter: Alert) -> Meant:
    """Doubt what is named and, by our records, was made on other days."""
    since, until = window(letter)
    if (since, until) == (None, None) or not len(named):
        return Meant(named, NOBODY, compared)
    times = _made(graph, named)
    other = times.known & ~_touches(times.first, times.last, since, until)
    return Meant(named[~other], named[other], compared, other_days=int(other.sum()))


def _of_days(graph: Graph, mine: Nodes, letter: Alert) -> Meant:
    """Return all of the item that was made in the window, or of which nobody can tell."""
    since, until = window(letter)
    times = _made(graph, mine)
    touches = times.known & _touches(times.first, times.last, since, until)
    within = touches & _touches(times.last, times.first, since, until)
    before = times.heard < (since or 0) - SLACK
    undated = ~times.known & ~before
    late = times.known & ~times.of_something & ~touches & (times.first > (until or 1 << 62))
    doubted = undated | (touches & ~within)
    return Meant(
        mine[within], mine[doubted], len(mine), undated=int(doubted.sum()), late=int(late.sum())
    )


def window(letter: Alert) -> tuple[int | None, int | None]:
    """Return the letter's days in seconds, both inclusive, as wide as the zones of the earth."""
    since, until = letter.made
    return (
        asking.moment(since.isoformat()) if since else None,
        asking.moment(until.isoformat(), end=True) if until else None,
    )


@dataclass(frozen=True, slots=True)
class _Times:
    """Of each thing: when it was made first and last where a record says so (`known`), when it was
    heard of first, and whether it was made of something (else somebody only wrote it down)."""

    first: Nodes
    last: Nodes
    heard: Nodes
    known: Bools
    of_something: Bools


def _made(graph: Graph, nodes: Nodes) -> _Times:
    place, entry = entries_of(graph, nodes)
    act = entry >> 1
    at = graph.at[act].astype(np.int64)
    made = (graph.did[act] == Did.MADE) & (entry & 1 == 1)
    heard, first = np.full(len(nodes), 1 << 62, np.int64), np.full(len(nodes), 1 << 62, np.int64)
    last = np.full(len(nodes), -1, np.int64)
    np.minimum.at(heard, place, at)
    np.minimum.at(first, place[made], at[made])
    np.maximum.at(last, place[made], at[made])
    fed = np.zeros(len(nodes), np.bool_)
    inputs = (graph.amount[graph.act_first[act[made]].astype(np.int64)] & 1) == 0
    fed[place[made][inputs]] = True
    return _Times(first, last, heard, last >= 0, fed)


def _touches(first: Nodes, last: Nodes, since: int | None, until: int | None) -> Bools:
    """Say which spans begin before the window's end and end after its start.

    With first and last exchanged: which lie wholly in it.
    """
    found = np.ones(len(first), np.bool_)
    if since is not None:
        found &= last >= since
    if until is not None:
        found &= first <= until
    return found


def _told(advance: Advance | None, done: int, total: int) -> None:
    if advance is not None:
        advance("Comparing lots", done, total)
