"""Whether the reach of a lot is told by brand, model, country and party, and adds up."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaishu.core.genealogy import things
from kaishu.core.genealogy.acts import Act, Amount, Did, columns
from kaishu.core.genealogy.blast import Blast, Count, Goods, Seat, Shared, blast
from kaishu.core.genealogy.graph import Graph, build

BANK, LAMP, TOY = (things.item(name) for name in ("BANK", "LAMP", "TOY"))
GOODS = {BANK: Goods("Aoi", "B1"), LAMP: Goods("Benio", "L2")}
SHOP_JP, SHOP_CN = things.own("party", "shop jp"), things.own("party", "shop cn")
STORE = things.own("place", "store")
SEATS = {SHOP_JP: Seat("JP"), SHOP_CN: Seat("CN"), STORE: Seat("", SHOP_CN)}


def cell(name: str) -> str:
    return things.lot(things.item("CELL"), name)


def act(did: Did, inputs: list[str], outputs: list[str], party: str = "", place: str = "") -> Act:
    act.at += 1
    whole = [tuple(Amount(code) for code in side) for side in (inputs, outputs)]
    return Act(f"act {act.at}", did, act.at, *whole, party, place)


act.at = 0


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """Cells A in four banks, cells A and B in two lamps, cells B in a toy nobody described."""
    banks = [things.unit(BANK, f"{n}") for n in range(4)]
    lamps = [things.unit(LAMP, f"{n}") for n in range(2)]
    mixed = things.lot(things.item("PACK"), "AB")
    acts = [
        act(Did.MADE, [], [cell("A"), cell("B")]),
        act(Did.MADE, [cell("A"), cell("B")], [mixed]),
        *(act(Did.MADE, [cell("A")], [each]) for each in banks),
        act(Did.MADE, [mixed], lamps),
        act(Did.MADE, [cell("B")], [things.unit(TOY, "0")]),
        act(Did.MOVED, banks[:2], [], SHOP_JP),
        act(Did.MOVED, banks[2:3], [], "", STORE),
        act(Did.MOVED, lamps[:1], [], SHOP_CN),
        act(Did.ENDED, banks[3:], []),
    ]
    path: Path = tmp_path_factory.mktemp("graph") / "one.graph"
    build(columns(acts), path)
    return Graph.open(path)


@pytest.fixture(scope="module")
def told(graph: Graph) -> Blast:
    return blast(graph, [cell("A"), cell("B")], goods=GOODS, seats=SEATS)


def test_brands_and_models_count_everything_that_is_affected(graph: Graph) -> None:
    told = blast(graph, [cell("A")], goods=GOODS, seats=SEATS)
    assert told.models == ((GOODS[BANK], Count(4, 0)), (GOODS[LAMP], Count(0, 2)))
    assert told.brands() == (("Aoi", Count(4, 0)), ("Benio", Count(0, 2)))


def test_both_cells_make_the_mixed_lamps_certain(told: Blast) -> None:
    assert dict(told.brands())["Benio"] == Count(2, 0)


def test_where_they_are_now_adds_up_with_what_is_gone(told: Blast) -> None:
    assert told.countries() == (("CN", Count(2, 0)), ("JP", Count(2, 0)), ("", Count(1, 0)))
    assert told.parties() == ((SHOP_CN, Count(2, 0)), (SHOP_JP, Count(2, 0)), ("", Count(1, 0)))
    assert told.gone == 1
    assert sum(here.count.certain for here in told.now) + told.gone == 6


def test_brands_that_share_a_lot_are_named_with_it(told: Blast) -> None:
    assert told.shared == (
        Shared(cell("A"), (("Aoi", Count(4, 0)), ("Benio", Count(0, 2)))),
        Shared(cell("B"), (("Benio", Count(0, 2)),)),
    )


def test_units_of_a_class_that_nobody_described_are_named_and_not_dropped(told: Blast) -> None:
    assert told.undescribed == ((TOY, Count(1, 0)),)
