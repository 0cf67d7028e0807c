"""A graph file holds what happened, grows, is replaced whole, and never answers when damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kaishu.core.genealogy.acts import Act, Amount, Did, columns
from kaishu.core.genealogy.errors import GraphCorrupt, SuspectWrong, ThingUnknown, ThingWrong
from kaishu.core.genealogy.forward import forward
from kaishu.core.genealogy.graph import Graph, build, extend
from kaishu.core.genealogy.things import Kind, lot, own, unit

CELLS, PACK, SHOP = lot("/x/item/CELL", "L1"), unit("/x/item/PACK", "P1"), own("party", "shop")
ACTS = [
    Act("sold", Did.MOVED, 300, (Amount(PACK),), party=SHOP),
    Act("made", Did.MADE, 200, (Amount(CELLS, 10),), (Amount(PACK),)),
    Act("bought", Did.MADE, 100, (), (Amount(CELLS, 500),)),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file that holds the graph of ACTS."""
    build(columns(ACTS), tmp_path / "one.graph")
    return tmp_path / "one.graph"


def test_things_are_found_by_code_and_named_by_number(path: Path) -> None:
    graph = Graph.open(path)
    graph.check()
    node = graph.number(PACK)
    assert node is not None
    assert graph.code(node) == PACK
    assert graph.kinds([node]).tolist() == [Kind.UNIT]
    assert graph.item_code(int(graph.items([node])[0])) == "/x/item/PACK"
    assert graph.items([graph.need(SHOP)]).tolist() == [-1]
    assert graph.number(unit("/x/item/PACK", "P2")) is None
    everything = np.arange(graph.facts.nodes)
    assert sorted(graph.codes(everything)) == sorted([CELLS, PACK, SHOP])
    facts = graph.facts
    assert (facts.nodes, facts.acts, facts.edges) == (3, 3, 4)
    assert (facts.first_at, facts.last_at, facts.bytes) == (100, 300, path.stat().st_size)


def test_many_codes_are_found_at_once(tmp_path: Path) -> None:
    packs = [unit("/x/item/PACK", f"P{number}") for number in range(300)]
    goods = [CELLS, "/x/item/CELL", SHOP]
    made = Act("made", Did.MADE, 1, (Amount(CELLS, 9), Amount("/x/item/CELL")), map_of(packs))
    moved = Act("moved", Did.MOVED, 2, (Amount(packs[0]),), party=SHOP)
    build(columns([made, moved]), tmp_path / "many.graph")
    graph = Graph.open(tmp_path / "many.graph")
    for asked in (packs, packs[7:9], [*goods, packs[3], *packs[3:90]], []):
        assert graph.codes(graph.numbers(asked)) == asked
    strangers = [unit("/x/item/PACK", "P300"), "/x/item/PACK", "PACK", "", unit("/x/item/Q", "P1")]
    assert graph.numbers([*strangers, *packs]).tolist()[:5] == [-1] * 5
    assert graph.numbers(strangers).tolist() == [-1] * 5
    with pytest.raises(ThingUnknown):
        forward(graph, [*packs, strangers[0]])


def map_of(codes: list[str]) -> tuple[Amount, ...]:
    return tuple(Amount(code) for code in codes)


def test_a_file_grows_by_more_acts(path: Path, tmp_path: Path) -> None:
    second = unit("/x/item/PACK", "P2")
    extend(
        path, columns([Act("again", Did.MADE, 150, (Amount(CELLS, 10),), (Amount(second),))]), path
    )
    graph = Graph.open(path)
    assert graph.codes(forward(graph, [CELLS]).units()) == [second, PACK]
    assert [file.name for file in tmp_path.rglob("*graph*")] == ["one.graph"]


def test_a_damaged_file_does_not_answer(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(GraphCorrupt):
        Graph.open(path)
    path.write_bytes(whole[:64] + bytes([whole[64] ^ 1]) + whole[65:])
    with pytest.raises(GraphCorrupt):
        Graph.open(path).check()
    path.write_bytes(b"")
    with pytest.raises(GraphCorrupt):
        Graph.open(path)


def test_what_cannot_be_asked_is_refused_by_code(path: Path) -> None:
    graph = Graph.open(path)
    with pytest.raises(ThingUnknown) as unknown:
        forward(graph, [lot("/x/item/CELL", "L9")])
    assert unknown.value.facts == {"code": "/x/item/CELL/lot/L9"}
    with pytest.raises(SuspectWrong):
        forward(graph, [SHOP])
    with pytest.raises(ThingWrong):
        build(columns([Act("e", Did.ENDED, 1, (Amount("/no/code"),))]), path)


def test_an_empty_graph_opens(tmp_path: Path) -> None:
    build(columns([]), tmp_path / "empty.graph")
    graph = Graph.open(tmp_path / "empty.graph")
    assert graph.number(PACK) is None
    assert graph.facts.nodes == 0
