"""What is left out of an answer for want of a record is told, and never taken for clean."""

from __future__ import annotations

from pathlib import Path

from kaishu.core.genealogy.acts import Act, Amount, Did, columns
from kaishu.core.genealogy.blind import Blind, blind, holding, unclear, without
from kaishu.core.genealogy.forward import forward
from kaishu.core.genealogy.graph import Graph, build
from kaishu.core.genealogy.things import Kind

BAD, GOOD = "/x/item/CELL/lot/L77", "/x/item/CELL/lot/L78"
PACK = "/x/item/PACK/lot/P1"


def unit(number: int) -> str:
    return f"/x/item/BANK/unit/S{number}"


def made(key: str, at: int, source: str, *out: str) -> Act:
    return Act(key, Did.MADE, at, (Amount(source),), tuple(Amount(each) for each in out))


def test_units_that_no_record_judges_are_counted(tmp_path: Path) -> None:
    acts = [
        made("a", 100, BAD, PACK),
        made("b", 200, PACK, unit(1)),
        made("c", 50, PACK, unit(2)),  # written down as made before its pack was
        made("d", 200, GOOD, unit(3)),  # known to be clean
        made("e", 200, "/x/item/LID/lot/X", unit(4)),  # nobody wrote down its cells
        Act("f", Did.MOVED, 300, (Amount(unit(5)),), (), "/x/party/shop"),
        Act("g", Did.FITTED, 300, (Amount(unit(1)),), (Amount("/x/item/SET/unit/T1"),)),
        Act("h", Did.REMOVED, 400, (Amount(unit(1)),), (Amount("/x/item/SET/unit/T1"),)),
    ]
    build(columns(acts), tmp_path / "g")
    with Graph.open(tmp_path / "g") as graph:
        reached = graph.codes(forward(graph, [BAD]).units())
        assert list(reached) == [unit(1)]
        assert blind(graph, [BAD]) == (Blind("/x/item/BANK", Kind.UNIT, 3),)
        assert blind(graph, [unit(1)]) == ()


def test_a_unit_with_some_of_a_class_beside_a_good_lot_is_not_cleared(tmp_path: Path) -> None:
    some = (Amount("/x/item/CELL"), Amount(GOOD))
    acts = [
        made("a", 100, BAD, PACK),
        made("b", 100, GOOD, "/x/item/PACK/lot/P2"),
        Act("c", Did.MADE, 200, some, (Amount("/x/item/PACK/lot/P3"),)),
        made("d", 300, PACK, unit(1)),
        made("e", 300, "/x/item/PACK/lot/P2", unit(2)),
        made("f", 300, "/x/item/PACK/lot/P3", unit(3)),
        Act("g", Did.MADE, 300, (Amount("/x/item/PACK"), Amount(PACK)), (Amount(unit(4)),)),
        Act("h", Did.MADE, 300, (Amount("/x/item/PACK"),), (Amount(unit(5)),)),
    ]
    build(columns(acts), tmp_path / "g")
    with Graph.open(tmp_path / "g") as graph:
        found = forward(graph, [BAD])
        assert set(graph.codes(found.units())) == {unit(1), unit(4)}
        told = without(graph, unclear(graph, [BAD]), found.nodes)
        assert told == (Blind("/x/item/BANK", Kind.UNIT, 2), Blind("/x/item/PACK", Kind.LOT, 1))


def test_a_part_that_was_booked_as_packed_into_its_whole_is_told(tmp_path: Path) -> None:
    whole, carton = "/x/item/PHONE/unit/1", "/x/box/C1"
    acts = [
        made("a", 100, BAD, unit(1), unit(2)),
        Act("b", Did.PACKED, 200, (Amount(unit(1)),), (Amount(whole),)),
        Act("c", Did.PACKED, 200, (Amount(unit(2)), Amount(whole)), (Amount(carton),)),
    ]
    build(columns(acts), tmp_path / "g")
    with Graph.open(tmp_path / "g") as graph:
        found = forward(graph, [BAD])
        assert found.level(whole) == 0
        assert holding(graph, found.nodes) == (Blind("/x/item/PHONE", Kind.UNIT, 1),)
