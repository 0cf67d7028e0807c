"""Fold a scene until a person can read it: by item, then by lot, then the largest and the rest.

Ten things are drawn one by one. Ten thousand become a few nodes with numbers, of which a reader
opens the one that matters: an item shows its lots, or its units by lot; a lot shows its units.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from kaishu.core.genealogy.picture_values import (
    MOST_DRAWN,
    Edge,
    Folded,
    Ints,
    Lane,
    Node,
    Scene,
)
from kaishu.core.genealogy.things import Kind, item_of

TALLEST = 18  # nodes of one lane
MOST_PINNED = 6
HOLDERS_NAMED = 10  # without being asked


@dataclass(frozen=True, slots=True)
class _Group:
    """Things drawn as one node. `shared` = the code they share; `opens` as in Node."""

    things: Ints
    shared: str = ""
    opens: str = ""
    after: int = 0
    pinned: bool = False


def fold(
    scene: Scene, *, opened: Collection[str] = (), skip: int = 0, most: int = MOST_DRAWN
) -> Folded:
    """Return at most about `most` nodes with their edges.

    `opened` holds codes of items and lots whose things are to be seen apart; where they are more
    than fit, `skip` of them are left out at the beginning. Suspects (`pinned`) come first.
    """
    parents = _lots_of_units(scene)
    lanes = {
        int(lane): _groups(scene, np.flatnonzero(scene.lane == lane), set(opened), parents)
        for lane in np.unique(scene.lane)
    }
    rooms = _rooms({lane: len(groups) for lane, groups in lanes.items()}, most)
    left = most - sum(rooms.values())
    drawn: dict[int, list[_Group]] = {}
    # Who was asked for comes first, then the lane that takes the least room.
    for lane in sorted(lanes, key=lambda lane: _need(lanes[lane], set(opened))):
        groups = _most(lanes[lane], rooms[lane])
        drawn[lane] = _apart(scene, groups, min(max(left, 0), TALLEST - len(groups)), opened, skip)
        left -= len(drawn[lane]) - len(groups)
    groups = [group for lane in sorted(lanes) for group in drawn[lane]]
    node_of = np.full(len(scene.lane), -1, np.int64)
    for number, group in enumerate(groups):
        node_of[group.things] = number
    inside = _inside(scene, node_of, len(groups))
    nodes = [_node(scene, group, inside[number]) for number, group in enumerate(groups)]
    return Folded(tuple(nodes), tuple(_edges(scene, node_of, len(groups))), len(scene.lane))


def _rooms(wanted: dict[int, int], most: int) -> dict[int, int]:
    """Share the nodes among the lanes; what a short lane leaves goes to the longer ones."""
    rooms: dict[int, int] = {}
    for place, lane in enumerate(sorted(wanted, key=lambda lane: wanted[lane])):
        share = (most - sum(rooms.values())) // (len(wanted) - place)
        rooms[lane] = min(wanted[lane], share, TALLEST)
    return rooms


def _groups(scene: Scene, things: Ints, opened: set[str], parents: Ints) -> list[_Group]:
    """Return the things of a lane by item, an opened item's units by lot, and each suspect."""
    pinned = np.array(sorted(scene.pinned.intersection(things.tolist()))[:MOST_PINNED], np.int64)
    folded = [
        part
        for group in _by_item(scene, np.setdiff1d(things, pinned))
        for part in _opened_units(scene, group, opened, parents)
    ]
    return [*(_Group(pinned[i : i + 1], pinned=True) for i in range(len(pinned))), *folded]


def _need(groups: list[_Group], opened: set[str]) -> tuple[bool, int]:
    asked = any(group.opens and group.shared in opened for group in groups)
    return not asked, sum(len(group.things) for group in groups)


def _apart(
    scene: Scene, groups: list[_Group], left: int, opened: Collection[str], skip: int
) -> list[_Group]:
    """Return the groups with those taken apart for which `left` more nodes are enough."""
    drawn: list[_Group] = []
    for group in sorted(
        groups, key=lambda each: (not each.pinned, each.shared not in opened, len(each.things))
    ):
        more = len(group.things) - 1
        holders = group.opens == _ALL[Kind.PARTY] and group.opens not in opened
        if more <= (min(left, HOLDERS_NAMED) if holders else left) and not group.after:
            left -= more
            drawn += [_Group(group.things[i : i + 1]) for i in range(more + 1)]
        elif left > 0 and group.opens and group.shared in opened:
            drawn += _part(scene, group, left, skip)
            left = 0
        elif holders and left >= HOLDERS_NAMED:
            drawn += _part(scene, group, HOLDERS_NAMED, 0)
            left -= HOLDERS_NAMED
        else:
            drawn.append(group)
    return drawn


def _by_item(scene: Scene, things: Ints) -> Iterator[_Group]:
    """Yield the things of each item and kind together."""
    key = scene.item[things] * 16 + scene.kind[things]
    order = np.argsort(key, kind="stable")
    for part in np.split(things[order], np.flatnonzero(np.diff(key[order])) + 1):
        if not len(part):
            return
        shared = item_of(scene.codes(part[:1])[0])
        yield _Group(part, shared, shared or _ALL[int(scene.kind[part[0]])])


# What is asked for to open things that share no item.
_ALL = {
    int(Kind.BOX): "boxes",
    int(Kind.PARTY): "parties",
    int(Kind.PLACE): "places",
    int(Kind.UNIT): "units",
    int(Kind.LOT): "lots",
    int(Kind.ITEM): "items",
}


def _opened_units(scene: Scene, group: _Group, opened: set[str], parents: Ints) -> Iterator[_Group]:
    """Yield an opened item's units by lot, or the group as it is."""
    group = _Group(group.things, group.shared or group.opens, group.opens)
    is_unit = scene.kind[group.things[0]] == Kind.UNIT
    if not is_unit or not _is_open(scene, group, opened, parents):
        yield group
        return
    of_lot = parents[group.things]
    order = np.argsort(of_lot, kind="stable")
    for part in np.split(group.things[order], np.flatnonzero(np.diff(of_lot[order])) + 1):
        lot = int(parents[part[0]])
        if lot < 0:
            yield _Group(part, group.shared, group.opens)
        else:
            code = scene.codes(np.array([lot]))[0]
            yield _Group(part, code, code)


def _is_open(scene: Scene, group: _Group, opened: set[str], parents: Ints) -> bool:
    if group.shared in opened:
        return True
    lots = np.unique(parents[group.things])
    return bool(opened.intersection(scene.codes(lots[lots >= 0]))) if opened else False


def _lots_of_units(scene: Scene) -> Ints:
    """Return for each thing the place of the lot that it came from; its own item's lot if any."""
    found = np.full(len(scene.lane), -1, np.int64)
    made = (scene.kind[scene.target] == Kind.UNIT) & (scene.kind[scene.source] == Kind.LOT)
    source, target = scene.source[made], scene.target[made]
    own = scene.item[source] == scene.item[target]
    for chosen in (~own, own):  # what is written last stays
        found[target[chosen]] = source[chosen]
    return found


def _most(groups: list[_Group], room: int) -> list[_Group]:
    """Put the smallest groups together where there are more groups than room."""
    if len(groups) <= room:
        return groups
    groups = sorted(groups, key=lambda each: (not each.pinned, -len(each.things)))
    kept, rest = groups[: max(room - 1, 1)], groups[max(room - 1, 1) :]
    together = np.concatenate([group.things for group in rest])
    return [*kept, _Group(together, after=len(kept))]


def _part(scene: Scene, group: _Group, left: int, skip: int) -> list[_Group]:
    """Return `left` things of an opened group one by one, and one node for the rest."""
    things = group.things
    things = things[np.lexsort((-scene.possible[things], -scene.certain[things]))]
    skip = skip if skip < len(things) else 0  # behind the last one comes the first again
    shown = things[skip : skip + left]
    rest = np.concatenate([things[:skip], things[skip + left :]])
    opens = group.opens if len(rest) else ""
    return [
        *(_Group(shown[i : i + 1]) for i in range(len(shown))),
        _Group(rest, group.shared, opens, skip + left),
    ]


def _inside(scene: Scene, node_of: Ints, groups: int) -> Ints:
    """Return what each node counts twice: units of a carton that are also those of its pallet."""
    same = (node_of[scene.source] == node_of[scene.target]) & ~np.isnan(scene.moved_certain)
    where = node_of[scene.source][same]
    return np.stack(
        [
            np.bincount(where, weights=moved[same], minlength=groups)
            for moved in (scene.moved_certain, scene.moved_possible)
        ],
        axis=1,
    ).astype(np.int64)


def _node(scene: Scene, group: _Group, inside: Ints) -> Node:
    things = group.things
    single = len(things) == 1 and not group.after
    code = scene.codes(things)[0] if single else group.shared
    return Node(
        Lane(int(scene.lane[things[0]])),
        Kind(int(scene.kind[things[0]])),
        code if code.startswith("/") else "",
        len(things),
        int(scene.certain[things].sum()) - int(inside[0]),
        int(scene.possible[things].sum()) - int(inside[1]),
        "" if single else group.opens,
        group.after,
    )


def _edges(scene: Scene, node_of: Ints, groups: int) -> Iterator[Edge]:
    """Yield an edge for each two nodes that anything went between, but for a node and itself."""
    source, target = node_of[scene.source], node_of[scene.target]
    kept = source != target
    pair = source[kept] * groups + target[kept]
    pairs, place = np.unique(pair, return_inverse=True)
    count = _Sums(len(pairs), place)
    # A target counts once for an edge, however many of the folded sources went into it.
    counted = np.isnan(scene.moved_certain[kept])
    reached = place * np.int64(len(scene.lane)) + scene.target[kept]
    first = np.zeros(len(reached), np.bool_)
    first[np.unique(np.where(counted, reached, -1), return_index=True)[1]] = True
    once = first & counted
    things = scene.target[kept]
    certain = np.where(counted, once * (scene.certain[things] > 0), scene.moved_certain[kept])
    possible = np.where(counted, once * (scene.certain[things] == 0), scene.moved_possible[kept])
    sure, maybe, pieces = count(certain), count(possible), count(scene.quantity[kept])
    for number, both in enumerate(pairs.tolist()):
        said = None if np.isnan(pieces[number]) else round(float(pieces[number]))
        source_no, target_no = divmod(both, groups)
        yield Edge(source_no, target_no, int(sure[number]), int(maybe[number]), said)


@dataclass(frozen=True, slots=True)
class _Sums:
    count: int
    place: Ints

    def __call__(self, values: np.ndarray) -> np.ndarray:
        return np.bincount(self.place, weights=values, minlength=self.count)
