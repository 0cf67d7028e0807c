"""Whether a what-if names the lots made near a suspect one, and what each of them would add."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from kaishu.core.genealogy import things
from kaishu.core.genealogy.acts import Act, Amount, Did, columns
from kaishu.core.genealogy.errors import ThingUnknown
from kaishu.core.genealogy.graph import Graph, build
from kaishu.core.genealogy.neighbours import Reach, what_if
from kaishu.core.genealogy.neighbours_time import near

DAY = 86_400
CELL = things.item("CELL")


def cell(name: str) -> str:
    return things.lot(CELL, name)


def made(at: int, inputs: Sequence[str], outputs: Sequence[str]) -> Act:
    whole = [tuple(Amount(code) for code in side) for side in (inputs, outputs)]
    return Act(f"{at}-{outputs[0]}", Did.MADE, at, *whole)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """Cells A to E on days 1, 2, 4, 5 and 9; C and D go into the same pack; a lot of foil."""
    days = {"A": 1, "B": 2, "C": 4, "D": 5, "E": 9}
    acts = [made(day * DAY, [], [cell(name)]) for name, day in days.items()]
    acts.append(made(4 * DAY, [], [things.lot(things.item("FOIL"), "F")]))
    inside = {"pA": ["A"], "pCD": ["C", "D"], "pBC": ["B", "C"], "pE": ["E"], "pC": ["C"]}
    for pack, cells in inside.items():
        lot = things.lot(things.item("PACK"), pack)
        acts.append(made(20 * DAY, [cell(each) for each in cells], [lot]))
        for number in range(len(pack)):
            unit = things.unit(things.item("PHONE"), f"{pack}-{number}")
            acts.append(made(30 * DAY, [lot], [unit]))
    path: Path = tmp_path_factory.mktemp("graph") / "one.graph"
    build(columns(acts), path)
    return Graph.open(path)


def test_lots_of_the_same_item_made_within_days_the_nearest_first(graph: Graph) -> None:
    found = near(graph, [cell("C")], seconds=3 * DAY)
    assert [(lot.code, lot.apart, lot.made_at) for lot in found] == [
        (cell("D"), DAY, 5 * DAY),
        (cell("B"), -2 * DAY, 2 * DAY),
        (cell("A"), -3 * DAY, DAY),
    ]
    assert {lot.suspect for lot in found} == {cell("C")}


def test_so_many_lots_before_and_after(graph: Graph) -> None:
    assert [lot.code for lot in near(graph, [cell("D")], each_side=1)] == [cell("C"), cell("E")]
    assert [lot.code for lot in near(graph, [cell("A")], each_side=2)] == [cell("B"), cell("C")]


def test_a_neighbour_of_two_suspects_is_told_of_the_nearer_and_no_suspect_is_one(
    graph: Graph,
) -> None:
    found = near(graph, [cell("A"), cell("D")], each_side=2)
    assert [(lot.code, lot.suspect, lot.apart) for lot in found] == [
        (cell("B"), cell("A"), DAY),
        (cell("C"), cell("D"), -DAY),
        (cell("E"), cell("D"), 4 * DAY),
    ]


def test_what_each_neighbour_adds_alone_anew_and_makes_certain(graph: Graph) -> None:
    found = what_if(graph, [cell("C")], each_side=1)
    # pC is certain; pCD and pBC hold other cells too.
    assert found.base == Reach(certain=2, possible=6)
    by_code = {added.lot.code: added for added in found.added}
    assert by_code[cell("D")].alone == Reach(0, 3)
    assert by_code[cell("D")].new == Reach(0, 0)
    assert by_code[cell("D")].firmer == 3
    assert by_code[cell("B")].firmer == 3
    assert found.together == Reach(8, 0)
    assert found.left_out == 0


def test_a_neighbour_that_reaches_other_units_adds_them(graph: Graph) -> None:
    found = what_if(graph, [cell("A")], seconds=DAY)
    assert [(added.lot.code, added.new, added.firmer) for added in found.added] == [
        (cell("B"), Reach(0, 3), 0)
    ]
    assert (found.base, found.together) == (Reach(2, 0), Reach(2, 3))


def test_a_lot_that_nobody_knows_is_refused(graph: Graph) -> None:
    with pytest.raises(ThingUnknown):
        what_if(graph, [cell("Z")], each_side=1)
