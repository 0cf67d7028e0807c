"""Where each single thing is now: the last move that reached it, by itself or in a box.

`Forward.holders` counts; this names. A thing moves with the box, the pallet, the container that it
is in, and a part with what it is fitted in, for as long as it is in there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.neighbours_time import Nodes, entries_of

NEVER = 1 << 62
_IN = {Did.PACKED: "box", Did.SEEN_IN: "box", Did.FITTED: "fit"}
_OUT = {Did.UNPACKED: "box", Did.REMOVED: "fit"}


@dataclass(frozen=True, slots=True)
class Where:
    """One thing's place: numbers of the graph, -1 where nobody said. `box` = what it is in now.

    `at` = when it came there. `over` = it has ended, or was used up in something else; `part` = it
    was used up so, or is fitted in something, and is found where that is. `packed` =
    how often it came into a box while it was recorded in another one; `torn` = its last two moves
    are of one second and to two holders.
    """

    node: int
    party: int
    place: int
    at: int
    box: int
    over: bool
    part: bool
    packed: int
    torn: bool

    @property
    def known(self) -> bool:
        """Say whether any record says where it is."""
        return self.party >= 0 or self.place >= 0


@dataclass(slots=True)
class _Life:
    moves: list[int]
    stays: list[tuple[str, int, int, int]]  # relation, inside, from act, to act
    over: bool = False
    part: bool = False
    packed: int = 0


class Whereabouts:
    """Answers for many things of one graph; what it learns of a box it keeps."""

    def __init__(self, graph: Graph) -> None:
        """Ask of this graph."""
        self._graph = graph
        self._lives: dict[int, _Life] = {}
        self._found: dict[int, Where] = {}
        self._emptied: dict[tuple[str, int], list[int]] = {}
        self._outputs: dict[int, int] = {}
        self._last: dict[tuple[int, int, int], int] = {}

    def of(self, nodes: Iterable[int]) -> Iterator[Where]:
        """Yield where each of these things is."""
        asked = np.fromiter(nodes, np.int64)
        self._read(asked)
        for node in asked.tolist():
            life = self._lives[node]
            last = self._last_move(node, -1, NEVER, frozenset())
            party, place = self._holder(last) if last >= 0 else (-1, -1)
            at = int(self._graph.at[last]) if last >= 0 else 0
            inside = [stay[1] for stay in life.stays if stay[0] == "box" and stay[3] == NEVER]
            box = inside[-1] if inside else -1
            torn = self._torn(life.moves)
            yield Where(node, party, place, at, box, life.over, life.part, life.packed, torn)

    def one(self, node: int) -> Where:
        """Return where one thing is; it is looked up once."""
        if node not in self._found:
            self._found[node] = next(self.of([node]))
        return self._found[node]

    def _life(self, node: int) -> _Life:
        if node not in self._lives:
            self._read(np.array([node], np.int64))
        return self._lives[node]

    def _read(self, nodes: Nodes) -> None:
        """Learn the lives of things, all of their acts at once."""
        place, entry = entries_of(self._graph, nodes)
        did = self._graph.did[entry >> 1]
        bounds = np.searchsorted(place, np.arange(len(nodes) + 1)).tolist()
        entries, dids = entry.tolist(), did.tolist()
        for number, node in enumerate(nodes.tolist()):
            first, past = bounds[number], bounds[number + 1]
            if node not in self._lives:
                self._lives[node] = self._lived(entries[first:past], dids[first:past])

    def _lived(self, entries: list[int], dids: list[int]) -> _Life:
        life = _Life([], [])
        inside: dict[str, tuple[int, int]] = {}
        ended = False
        for entry, did in zip(entries, dids, strict=True):
            act = entry >> 1
            if entry & 1:
                life.over = ended or (life.over and did != Did.MADE)
                life.part = life.part and did != Did.MADE
            elif did == Did.MOVED:
                life.moves.append(act)
            elif did in _IN:
                self._enter(life, inside, act, Did(did))
            elif did in _OUT:
                relation = _OUT[Did(did)]
                output = self._output(act)
                if relation in inside and output in (-1, inside[relation][0]):
                    self._close(life, inside, relation, act)
            elif did == Did.ENDED or (did == Did.MADE and entry | 1 not in entries):
                self._close(life, inside, "box", act)
                life.over, ended = True, ended or did == Did.ENDED
                life.part = life.part or did == Did.MADE
        for relation in list(inside):
            self._close(life, inside, relation, NEVER)
        life.part = life.part or any(each[0] == "fit" and each[3] == NEVER for each in life.stays)
        return life

    def _enter(self, life: _Life, inside: dict[str, tuple[int, int]], act: int, did: Did) -> None:
        relation, output = _IN[did], self._output(act)
        if relation in inside:
            box, start = inside[relation]
            emptied = self._emptied_after(relation, box, start) <= act
            if box == output and not emptied:
                return
            life.packed += relation == "box" and not emptied
            self._close(life, inside, relation, act)
        if relation == "fit":
            self._close(life, inside, "box", act)
        inside[relation] = (output, act)

    def _close(
        self, life: _Life, inside: dict[str, tuple[int, int]], relation: str, act: int
    ) -> None:
        if relation in inside:
            box, start = inside.pop(relation)
            end = min(act, self._emptied_after(relation, box, start))
            life.stays.append((relation, box, start, end))

    def _emptied_after(self, relation: str, box: int, act: int) -> int:
        """Return the first act after this one that took everything out of a box."""
        key = (relation, box)
        if key not in self._emptied:
            did = Did.UNPACKED if relation == "box" else Did.REMOVED
            _place, entry = entries_of(self._graph, np.array([box], np.int64))
            outs = (entry[entry & 1 == 1] >> 1).tolist()
            whole = [out for out in outs if self._graph.did[out] == did and self._alone(out)]
            self._emptied[key] = whole
        return next((each for each in self._emptied[key] if each > act), NEVER)

    def _alone(self, act: int) -> bool:
        return int(self._graph.act_first[act + 1]) - int(self._graph.act_first[act]) == 1

    def _output(self, act: int) -> int:
        """Return the box of an act, -1 where it names none."""
        if act not in self._outputs:
            first, past = self._graph.act_first[act : act + 2].tolist()
            amounts = self._graph.amount[first:past]
            outputs = amounts[amounts & 1 == 1]
            self._outputs[act] = int(outputs[0]) >> 1 if len(outputs) else -1
        return self._outputs[act]

    def _last_move(self, node: int, start: int, end: int, seen: frozenset[int]) -> int:
        """Return the last act between two others that moved a thing, -1 if none did."""
        key = (node, start, end)
        if key in self._last:
            return self._last[key]
        life = self._life(node)
        found = max((move for move in life.moves if start < move < end), default=-1)
        for _relation, box, entered, left in life.stays:
            begin, past = max(start, entered), min(end, left)
            if box not in seen and begin < past and past > found:
                found = max(found, self._last_move(box, begin, past, seen | {node}))
        self._last[key] = found
        return found

    def _torn(self, moves: list[int]) -> bool:
        if len(moves) < 2:
            return False
        last, before = moves[-1], moves[-2]
        same = self._graph.at[last] == self._graph.at[before]
        return bool(same) and self._holder(last) != self._holder(before)

    def _holder(self, act: int) -> tuple[int, int]:
        place = int(np.searchsorted(self._graph.who_act, act))
        return int(self._graph.who_party[place]), int(self._graph.who_place[place])
