"""The affected part of a graph as a scene: what went into what, which boxes, who has it now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.blast_where import wheres
from kaishu.core.genealogy.forward import CERTAIN, Forward
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.neighbours_time import entries_of
from kaishu.core.genealogy.picture_values import Ints, Lane, Scene
from kaishu.core.genealogy.things import Kind

NOT_SAID = float("nan")
DEEPEST = 12  # boxes in each other; what is deeper is with the holder at once
Amounts = NDArray[np.float64]
Flags = NDArray[np.bool_]
NOWHERE = -1  # stands for a holder whom nobody told
_KIND_OF_LANE = {Lane.BOX: Kind.BOX, Lane.PARTY: Kind.PARTY}
_LANE_OF_KIND = {Kind.LOT: Lane.LOT, Kind.UNIT: Lane.PRODUCT, Kind.BOX: Lane.BOX}


@dataclass(slots=True)
class _Around:
    """Boxes and holders as they are met, behind the affected things themselves."""

    first: int
    nodes: list[int] = field(default_factory=list)
    lanes: list[Lane] = field(default_factory=list)
    numbers: dict[tuple[Lane, int], int] = field(default_factory=dict)
    links: list[tuple[Ints, Ints, Amounts, Amounts]] = field(default_factory=list)

    def things(self, lane: Lane, nodes: Ints) -> Ints:
        """Return the places of boxes or holders in the scene; new ones get the next ones."""
        different, back = np.unique(nodes, return_inverse=True)
        found = []
        for node in different.tolist():
            if (lane, node) not in self.numbers:
                self.numbers[lane, node] = self.first + len(self.nodes)
                self.nodes.append(node)
                self.lanes.append(lane)
            found.append(self.numbers[lane, node])
        return np.array(found, np.int64)[back]

    def link(self, source: Ints, target: Ints, certain: Amounts, possible: Amounts) -> None:
        """Note what went from where to where."""
        self.links.append((source, target, certain, possible))

    def linked(self) -> tuple[Ints, Ints, Amounts, Amounts]:
        """Return all links."""
        none = (np.zeros(0, np.int64),) * 2 + (np.zeros(0),) * 2
        source, target, certain, possible = zip(none, *self.links, strict=True)
        return (
            np.concatenate(source),
            np.concatenate(target),
            np.concatenate(certain),
            np.concatenate(possible),
        )


def scene_of(
    graph: Graph, found: Forward, suspects: Sequence[str], *, kinds: Mapping[str, str]
) -> Scene:
    """Return the scene of an answer; `kinds` says by an item's code on which level it is made."""
    nodes = found.nodes.astype(np.int64)
    sure = found.levels == CERTAIN
    around = _around(graph, nodes, sure)
    source, target, quantity = _made_of(graph, nodes, found.since)
    ends, moved = np.stack(around.linked()[:2]), np.stack(around.linked()[2:])
    counts = np.zeros((2, len(around.nodes)), np.int64)
    for count, much in zip(counts, moved, strict=True):
        np.add.at(count, ends[1] - len(nodes), np.round(much).astype(np.int64))
    unsaid = np.full(len(source), NOT_SAID)
    everyone = np.concatenate([nodes, np.array(around.nodes, np.int64)])
    pinned = {int(np.searchsorted(nodes, graph.need(code))) for code in suspects}
    pinned |= {number for (_lane, node), number in around.numbers.items() if node == NOWHERE}

    def codes(numbers: Ints) -> list[str]:
        asked = everyone[numbers].tolist()
        return [graph.code(node) if node != NOWHERE else "" for node in asked]

    return Scene(
        codes,
        np.concatenate([_lanes(graph, nodes, kinds), np.array(around.lanes, np.int64)]),
        np.concatenate([graph.kinds(nodes), [_KIND_OF_LANE[lane] for lane in around.lanes]]).astype(
            np.int64
        ),
        np.concatenate([graph.items(nodes), np.full(len(around.nodes), -1)]).astype(np.int64),
        np.concatenate([sure.astype(np.int64), counts[0]]),
        np.concatenate([1 - sure.astype(np.int64), counts[1]]),
        np.concatenate([source, ends[0]]),
        np.concatenate([target, ends[1]]),
        np.concatenate([unsaid, moved[0]]),
        np.concatenate([unsaid, moved[1]]),
        np.concatenate([quantity, np.full(len(ends[0]), NOT_SAID)]),
        frozenset(pinned),
    )


def _lanes(graph: Graph, nodes: Ints, kinds: Mapping[str, str]) -> Ints:
    """Return the lane of each thing: of its item, or of its kind where nobody described it."""
    items, kind = graph.items(nodes).astype(np.int64), graph.kinds(nodes)
    pairs, back = np.unique(items * 16 + kind, return_inverse=True)
    lanes = np.zeros(len(pairs), np.int64)
    for place, pair in enumerate(pairs.tolist()):
        item, each = divmod(pair, 16)
        said = kinds.get(graph.item_code(item), "").upper()
        other = _LANE_OF_KIND.get(Kind(each), Lane.BOX)
        lanes[place] = Lane[said] if said in Lane.__members__ else other
    found: Ints = lanes[back]
    return found


def _made_of(
    graph: Graph, nodes: Ints, since: NDArray[np.uint32]
) -> tuple[Ints, Ints, NDArray[np.float64]]:
    """Return which affected thing went into which, and how much of it."""
    _place, entry = entries_of(graph, nodes)
    did = graph.did[entry >> 1]
    acts = np.unique((entry >> 1)[(did == Did.MADE) | (did == Did.FITTED)])
    begin = graph.act_first[acts].astype(np.int64)
    counts = graph.act_first[acts + 1].astype(np.int64) - begin
    position = np.repeat(begin - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    amount = graph.amount[position].astype(np.int64)
    which = np.repeat(np.arange(len(acts)), counts)
    place = np.minimum(np.searchsorted(nodes, amount >> 1), max(len(nodes) - 1, 0))
    mine = nodes[place] == amount >> 1 if len(nodes) else np.zeros(0, np.bool_)
    out = amount & 1 == 1
    carries = mine & ~out & (since[place] <= graph.at[acts[which]]) if len(nodes) else mine
    outputs = np.flatnonzero(mine & out)  # ordered by act
    inputs = np.flatnonzero(carries)
    low = np.searchsorted(which[outputs], which[inputs], "left")
    fan = np.searchsorted(which[outputs], which[inputs], "right") - low
    step = np.arange(fan.sum()) - np.repeat(np.cumsum(fan) - fan, fan)
    target = place[outputs[np.repeat(low, fan) + step]]
    much = _each(graph, position, which, amount, inputs)
    return place[np.repeat(inputs, fan)], target, np.repeat(much, fan)


def _each(
    graph: Graph, position: Ints, which: Ints, amount: Ints, inputs: Ints
) -> NDArray[np.float64]:
    """Return how much of an input went into each output, where that is known."""
    if not len(inputs):
        return np.zeros(0)
    out = amount & 1 == 1
    outputs = np.bincount(which[out], minlength=which[-1] + 1)
    is_lot = graph.kinds(amount >> 1) == Kind.LOT
    lots = np.bincount(which[out & is_lot], minlength=which[-1] + 1)
    said = np.full(len(inputs), NOT_SAID)
    if len(graph.said_at):
        at = np.minimum(np.searchsorted(graph.said_at, position[inputs]), len(graph.said_at) - 1)
        told = graph.said_at[at] == position[inputs]
        said[told] = graph.said[at[told]]
    said[(outputs[which[inputs]] > 1) & (lots[which[inputs]] > 0)] = NOT_SAID
    return said / np.maximum(outputs[which[inputs]], 1)


def _around(graph: Graph, nodes: Ints, sure: Flags) -> _Around:
    """Return the boxes in which the units are and who has them; lots that went out as lots too."""
    around = _Around(len(nodes))
    kinds = graph.kinds(nodes)
    units = np.flatnonzero(kinds == Kind.UNIT)
    found = wheres(graph, nodes[units])
    here = np.flatnonzero(~found.over)
    holder = np.where(found.party >= 0, found.party, found.place)[here]
    certain = sure[units[here]].astype(np.float64)
    _carry(graph, around, units[here], found.box[here], holder, (certain, 1 - certain))
    for place in np.flatnonzero(kinds == Kind.LOT).tolist():
        _lot_sent(graph, around, place, int(nodes[place]), bool(sure[place]))
    return around


def _carry(
    graph: Graph,
    around: _Around,
    thing: Ints,
    box: Ints,
    holder: Ints,
    both: tuple[Amounts, Amounts],
) -> None:
    """Follow things out through their boxes to the holder, all of one depth at once."""
    for depth in range(DEEPEST + 1):
        out = (box < 0) | (depth == DEEPEST)
        with_whom = around.things(Lane.PARTY, holder[out])
        around.link(thing[out], with_whom, both[0][out], both[1][out])
        inside = ~out
        if not inside.any():
            return
        number = around.things(Lane.BOX, box[inside])
        around.link(thing[inside], number, both[0][inside], both[1][inside])
        # The contents of one box that are with one holder go on together.
        pairs, back = np.unique(np.stack([number, holder[inside]]), axis=1, return_inverse=True)
        whole = np.zeros((2, pairs.shape[1]))
        for total, much in zip(whole, both, strict=True):
            np.add.at(total, back.ravel(), much[inside])
        both = (whole[0], whole[1])
        thing, holder = pairs[0], pairs[1]
        boxes = np.array([around.nodes[each - around.first] for each in thing.tolist()], np.int64)
        box = wheres(graph, boxes).box


def _lot_sent(graph: Graph, around: _Around, place: int, node: int, sure: bool) -> None:
    """Link a lot that was sent out as a lot to whom it was sent, by the quantities told."""
    _place, entry = entries_of(graph, np.array([node], np.int64))
    dids = graph.did[entry >> 1]
    if np.any((dids == Did.MADE) & (entry & 1 == 0)):
        return  # it became something else, and that is followed
    for act in (entry[(dids == Did.MOVED) & (entry & 1 == 0)] >> 1).tolist():
        first, past = graph.act_first[act : act + 2].tolist()
        mine = first + int(np.flatnonzero(graph.amount[first:past] == node << 1)[0])
        at = int(np.searchsorted(graph.said_at, mine))
        told = at < len(graph.said_at) and graph.said_at[at] == mine
        much = np.array([graph.said[at] if told else 0.0])
        who = int(np.searchsorted(graph.who_act, act))
        party, spot = int(graph.who_party[who]), int(graph.who_place[who])
        holder = around.things(Lane.PARTY, np.array([party if party >= 0 else spot]))
        certain, possible = (much, much * 0) if sure else (much * 0, much)
        around.link(np.array([place]), holder, certain, possible)
