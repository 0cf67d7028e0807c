"""Whether a scene holds what an answer says: what went into what, the boxes, and who has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaishu.core.genealogy import things
from kaishu.core.genealogy.acts import Act, Amount, Did, columns
from kaishu.core.genealogy.forward import forward
from kaishu.core.genealogy.graph import Graph, build
from kaishu.core.genealogy.picture_fold import fold
from kaishu.core.genealogy.picture_scene import scene_of
from kaishu.core.genealogy.picture_values import Lane

CELLS = [things.lot(things.item("CELL"), name) for name in "AB"]
PACKS = [things.lot(things.item("PACK"), name) for name in "PQ"]
PHONES = [things.unit(things.item("PHONE"), f"{number}") for number in range(6)]
CARTON, PALLET = things.own("box", "carton"), things.own("box", "pallet")
SHOP, DEPOT = things.own("party", "shop"), things.own("party", "depot")
KINDS = {things.item("CELL"): "cell", things.item("PACK"): "pack", things.item("PHONE"): "product"}


def act(at: int, did: Did, inputs: list[Amount], outputs: list[str], party: str = "") -> Act:
    return Act(f"act {at}", did, at, tuple(inputs), tuple(map(Amount, outputs)), party)


@pytest.fixture
def graph(tmp_path: Path) -> Graph:
    """Cells A in pack P, cells A and B in pack Q; six phones, four of them in boxes, one burnt."""
    acts = [
        act(1, Did.MADE, [], CELLS),
        act(2, Did.MADE, [Amount(CELLS[0], 30)], PACKS[:1]),
        act(3, Did.MADE, [Amount(CELLS[0], 10), Amount(CELLS[1], 20)], PACKS[1:]),
        act(4, Did.MADE, [Amount(PACKS[0], 3)], PHONES[:3]),
        act(5, Did.MADE, [Amount(PACKS[1])], PHONES[3:]),
        act(6, Did.PACKED, [Amount(code) for code in PHONES[1:5]], [CARTON]),
        act(7, Did.PACKED, [Amount(CARTON)], [PALLET]),
        act(8, Did.MOVED, [Amount(PALLET)], [], SHOP),
        act(9, Did.ENDED, [Amount(PHONES[5])], []),
        act(10, Did.MADE, [Amount(CELLS[0])], [things.lot(things.item("TORCH"), "T")]),
        act(11, Did.MOVED, [Amount(things.lot(things.item("TORCH"), "T"), 40)], [], DEPOT),
    ]
    build(columns(acts), tmp_path / "one.graph")
    return Graph.open(tmp_path / "one.graph")


def test_every_link_of_a_small_answer_is_in_its_picture(graph: Graph) -> None:
    scene = scene_of(graph, forward(graph, CELLS[:1]), CELLS[:1], kinds=KINDS)
    folded = fold(scene)
    name = [things.name_of(node.code) for node in folded.nodes]
    edges = {
        (name[edge.source], name[edge.target]): (edge.certain, edge.possible, edge.pieces)
        for edge in folded.edges
    }
    assert edges == {
        ("A", "P"): (1, 0, 30),
        ("A", "Q"): (0, 1, 10),
        ("A", "T"): (1, 0, None),
        **{("P", f"{number}"): (1, 0, 1) for number in range(3)},
        **{("Q", f"{number}"): (0, 1, None) for number in range(3, 6)},
        ("1", "carton"): (1, 0, None),
        ("2", "carton"): (1, 0, None),
        ("3", "carton"): (0, 1, None),
        ("4", "carton"): (0, 1, None),
        ("carton", "pallet"): (2, 2, None),
        ("pallet", "shop"): (2, 2, None),
        ("0", ""): (1, 0, None),
        ("T", "depot"): (40, 0, None),
    }


def test_each_thing_stands_in_the_lane_of_its_item(graph: Graph) -> None:
    scene = scene_of(graph, forward(graph, CELLS[:1]), CELLS[:1], kinds=KINDS)
    lanes = {things.name_of(node.code): node.lane for node in fold(scene).nodes}
    assert (lanes["A"], lanes["Q"], lanes["3"]) == (Lane.CELL, Lane.PACK, Lane.PRODUCT)
    assert (lanes["T"], lanes["pallet"], lanes["depot"]) == (Lane.LOT, Lane.BOX, Lane.PARTY)
    assert lanes[""] is Lane.PARTY  # not known where


def test_the_suspects_and_the_unknown_holder_are_never_folded(graph: Graph) -> None:
    scene = scene_of(graph, forward(graph, CELLS[:1]), CELLS[:1], kinds=KINDS)
    assert sorted(things.name_of(code) for code in scene.codes(sorted(scene.pinned))) == ["", "A"]
