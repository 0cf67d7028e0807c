"""Whether a picture of a trace stays small, loses nothing in its folds, and lets nothing overlap."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaishu.core.genealogy import things
from kaishu.core.genealogy.picture import Picture, place
from kaishu.core.genealogy.picture_fold import HOLDERS_NAMED, fold
from kaishu.core.genealogy.picture_values import MOST_DRAWN, Folded, Lane, Node, Scene
from kaishu.core.genealogy.things import Kind

NOT_SAID = float("nan")
PACK, PHONE = things.item("PACK"), things.item("PHONE")


class Story:
    """A scene told line by line."""

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.things: list[tuple[int, ...]] = []
        self.links: list[tuple[float, ...]] = []

    def thing(self, code: str, lane: Lane, *, item: int = 0, level: int = 2) -> int:
        self.codes.append(code)
        counts = (0, 0) if lane is Lane.PARTY else (int(level == 2), int(level == 1))
        self.things.append((lane, things.kind_of(code), item, *counts))
        return len(self.codes) - 1

    def link(self, source: int, target: int, quantity: float = NOT_SAID) -> None:
        if self.things[target][0] is Lane.PARTY:
            one = self.things[source][3:]
            held = tuple(a + b for a, b in zip(self.things[target][3:], one, strict=True))
            self.things[target] = (*self.things[target][:3], *held)
            self.links.append((source, target, *one, quantity))
        else:
            self.links.append((source, target, NOT_SAID, NOT_SAID, quantity))

    def scene(self, pinned: Sequence[int] = ()) -> Scene:
        columns = np.array(self.things, np.int64).reshape(-1, 5).T
        links = np.array(self.links, np.float64).reshape(-1, 5).T
        ends = links[:2].astype(np.int64)
        return Scene(
            lambda numbers: [self.codes[number] for number in numbers],
            *columns,
            *ends,
            *links[2:],
            frozenset(pinned),
        )


def story(*, packs: int, phones: int, shops: int, cells: int = 2) -> Scene:
    """Tell of cells in packs in phones in shops; every third pack is only possible."""
    told = Story()
    from_cells = [
        told.thing(things.lot(things.item("CELL"), f"C{n}"), Lane.CELL, item=1)
        for n in range(cells)
    ]
    lots = [
        told.thing(things.lot(PACK, f"P{n}"), Lane.PACK, item=2, level=1 if n % 3 == 0 else 2)
        for n in range(packs)
    ]
    for number, lot in enumerate(lots):
        told.link(from_cells[number % cells], lot, 240)
    held_by = [told.thing(things.own("party", f"shop {n}"), Lane.PARTY) for n in range(shops)]
    for number in range(phones):
        level = 1 if number % packs % 3 == 0 else 2
        phone = told.thing(things.unit(PHONE, f"S{number}"), Lane.PRODUCT, item=3, level=level)
        told.link(lots[number % packs], phone)
        told.link(phone, held_by[number % shops])
    return told.scene(from_cells)


def named(folded: Folded, code: str) -> Node:
    return next(node for node in folded.nodes if node.code == code)


def test_a_few_things_are_all_drawn() -> None:
    folded = fold(story(packs=2, phones=4, shops=1))
    assert len(folded.nodes) == 9
    assert all(node.single for node in folded.nodes)


def test_ten_thousand_units_are_one_node_with_their_numbers() -> None:
    folded = fold(story(packs=12, phones=10_000, shops=3))
    assert named(folded, PHONE) == Node(Lane.PRODUCT, Kind.UNIT, PHONE, 10_000, 6_666, 3_334, PHONE)
    into_shop = [edge for edge in folded.edges if folded.nodes[edge.target].lane is Lane.PARTY]
    assert sum(edge.certain for edge in into_shop) == 6_666
    assert sum(edge.possible for edge in into_shop) == 3_334
    into_pack = next(e for e in folded.edges if folded.nodes[e.target].code == f"{PACK}/lot/P1")
    assert (into_pack.certain, into_pack.possible, into_pack.pieces) == (1, 0, 240)


def test_an_opened_item_shows_its_units_by_lot_and_an_opened_lot_its_units() -> None:
    scene = story(packs=3, phones=900, shops=1)
    by_lot = fold(scene, opened=[PHONE])
    units = [node for node in by_lot.nodes if node.lane is Lane.PRODUCT]
    assert sorted((node.code, node.things) for node in units) == [
        (f"{PACK}/lot/P{n}", 300) for n in range(3)
    ]
    apart = fold(scene, opened=[PHONE, f"{PACK}/lot/P1"], skip=100)
    rest = next(node for node in apart.nodes if node.after)
    shown = [n for n in apart.nodes if n.lane is Lane.PRODUCT and n.single]
    assert rest.things + len(shown) == 300
    assert rest.after == 100 + len(shown)
    assert things.unit(PHONE, "S301") in {node.code for node in shown}
    last = fold(scene, opened=[PHONE, f"{PACK}/lot/P1"], skip=299)
    assert {node.code for node in last.nodes} >= {things.unit(PHONE, "S898")}
    again = fold(scene, opened=[PHONE, f"{PACK}/lot/P1"], skip=300)
    assert again == fold(scene, opened=[PHONE, f"{PACK}/lot/P1"])


def test_of_many_holders_the_largest_are_named_and_the_rest_counted() -> None:
    folded = fold(story(packs=200, phones=4_000, shops=300))
    holders = [node for node in folded.nodes if node.lane is Lane.PARTY]
    assert [node.single for node in holders] == [True] * HOLDERS_NAMED + [False]
    assert holders[-1].things == 300 - HOLDERS_NAMED
    assert holders[-1].after == HOLDERS_NAMED


def test_suspects_are_drawn_apart_from_the_lots_of_their_item() -> None:
    told = Story()
    lots = [told.thing(things.lot(PACK, f"P{n}"), Lane.PACK, item=1) for n in range(500)]
    folded = fold(told.scene([lots[7]]))
    assert [(node.code, node.things) for node in folded.nodes] == [
        (f"{PACK}/lot/P7", 1),
        (PACK, 499),
    ]


def test_many_items_in_every_lane_keep_the_suspects_and_stay_few() -> None:
    told = Story()
    for lane in (Lane.MATERIAL, Lane.CELL, Lane.PACK, Lane.PRODUCT):
        for item in range(40):
            for lot in range(item + 1):
                told.thing(things.lot(things.item(f"{lane}-{item}"), f"L{lot}"), lane, item=item)
    folded = fold(told.scene([0, 3]))
    assert len(folded.nodes) <= MOST_DRAWN
    assert [node.code for node in folded.nodes[:2]] == told.codes[0:4:3]
    assert sum(node.things for node in folded.nodes) == len(told.codes)


SIZES = st.integers(1, 150)


@given(SIZES, SIZES, SIZES, st.lists(st.sampled_from([PACK, PHONE, f"{PACK}/lot/P0", "parties"])))
def test_every_thing_is_in_one_node_and_the_picture_stays_small(
    packs: int, phones: int, shops: int, opened: list[str]
) -> None:
    scene = story(packs=packs, phones=phones, shops=shops)
    folded = fold(scene, opened=opened)
    assert len(folded.nodes) <= MOST_DRAWN
    for lane in np.unique(scene.lane):
        mine = [node for node in folded.nodes if node.lane == lane]
        here = scene.lane == lane
        assert sum(node.things for node in mine) == here.sum()
        assert sum(node.certain for node in mine) == scene.certain[here].sum()
        assert sum(node.possible for node in mine) == scene.possible[here].sum()
    held = [edge for edge in folded.edges if folded.nodes[edge.target].lane is Lane.PARTY]
    assert sum(edge.certain + edge.possible for edge in held) == phones
    _assert_nothing_overlaps(place(folded))


def _assert_nothing_overlaps(drawn: Picture) -> None:
    boxes = sorted(drawn.boxes, key=lambda box: (box.x, box.y))
    for above, below in pairwise(boxes):
        assert above.x != below.x or above.y + above.height < below.y
    assert all(box.y >= 0 and box.y + box.height <= drawn.height for box in boxes)
    assert all(box.x >= 0 and box.x + box.width <= drawn.width for box in boxes)
    numbers = sorted((line.x, line.y) for line in drawn.lines)
    assert all(here[0] != there[0] or there[1] - here[1] >= 12 for here, there in pairwise(numbers))


def test_units_in_a_carton_on_a_pallet_count_once_in_the_folded_boxes() -> None:
    told = Story()
    for number in range(100):
        told.thing(things.own("box", f"carton {number}"), Lane.BOX)
        told.things[-1] = (*told.things[-1][:3], 10, 2)
    pallet = told.thing(things.own("box", "pallet"), Lane.BOX)
    told.things[-1] = (*told.things[-1][:3], 1_000, 200)
    told.links = [(number, pallet, 10.0, 2.0, NOT_SAID) for number in range(100)]
    (node,) = fold(told.scene()).nodes
    assert (node.things, node.certain, node.possible) == (101, 1_000, 200)


@pytest.mark.parametrize("lane", [Lane.PACK, Lane.BOX])
def test_what_leads_back_or_stays_in_its_lane_is_drawn_too(lane: Lane) -> None:
    told = Story()
    one, other = (told.thing(things.lot(PACK, name), lane) for name in "AB")
    told.link(one, other)
    told.link(other, one)
    drawn = place(fold(told.scene()))
    assert len(drawn.lines) == 2
    assert max(line.x for line in drawn.lines) <= drawn.width


def test_nothing_at_all_is_an_empty_picture() -> None:
    drawn = place(fold(Story().scene()))
    assert (drawn.boxes, drawn.lines, drawn.things) == ((), (), 0)
