"""The rules of docs/why/genealogy.md, each by its smallest example."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kaishu.core.genealogy.acts import Act, Amount, Did, columns
from kaishu.core.genealogy.answers import Held, Total
from kaishu.core.genealogy.errors import SuspectsNested
from kaishu.core.genealogy.forward import CERTAIN, POSSIBLE, Forward, forward
from kaishu.core.genealogy.graph import Graph, build
from kaishu.core.genealogy.things import Kind, lot, own, unit

BAD, GOOD = lot("/x/item/CELL", "BAD"), lot("/x/item/CELL", "GOOD")
PACKS = lot("/x/item/PACK", "P1")
ONE, TWO, BANK = unit("/x/item/PACK", "1"), unit("/x/item/PACK", "2"), unit("/x/item/BANK", "1")
CARTON, PALLET = own("box", "carton"), own("box", "pallet")
SHOP, DEPOT = own("party", "shop"), own("party", "depot")


Ask = Callable[..., tuple[Forward, Graph]]


def act(did: Did, at: int, inputs: object = (), outputs: object = (), party: str = "") -> Act:
    """Write one act; amounts are codes or (code, quantity)."""

    def amounts(given: object) -> tuple[Amount, ...]:
        assert isinstance(given, tuple)
        return tuple(Amount(*x) if isinstance(x, tuple) else Amount(x) for x in given)

    return Act(f"{did.name.lower()}-{at}", did, at, amounts(inputs), amounts(outputs), party)


@pytest.fixture
def trace(tmp_path: Path) -> Ask:
    """Return a function that traces BAD through some acts."""

    def ask(*acts: Act, **window: int) -> tuple[Forward, Graph]:
        build(columns(acts), tmp_path / "g")
        graph = Graph.open(tmp_path / "g")
        return forward(graph, [BAD], **window), graph

    return ask


def test_a_lot_taints_what_is_made_of_it_and_not_its_neighbours(trace: Ask) -> None:
    found, _ = trace(
        act(Did.MADE, 1, (BAD,), (ONE,)),
        act(Did.MADE, 1, (GOOD,), (TWO,)),
        act(Did.PACKED, 2, (ONE, TWO), (CARTON,)),
    )
    assert (found.level(ONE), found.level(TWO)) == (CERTAIN, 0)


def test_mixing_is_possible_and_one_unit_made_of_all_is_certain(trace: Ask) -> None:
    found, _ = trace(
        act(Did.MADE, 1, (BAD, GOOD), (ONE, TWO)),
        act(Did.MADE, 2, (BAD, GOOD), (BANK,)),
    )
    assert (found.level(ONE), found.level(TWO), found.level(BANK)) == (POSSIBLE, POSSIBLE, CERTAIN)


@pytest.mark.parametrize(
    ("bad", "good", "certain", "possible"),
    [(3, 97, 1, 2), (30, 70, 3, 7), (31, 69, 4, 6), (100, 0, 10, 0), (3, 96, 0, 10)],
)
def test_mixed_lots_are_bounded_by_pigeonholes(
    trace: Ask, bad: int, good: int, certain: int, possible: int
) -> None:
    inputs = ((BAD, bad), (GOOD, good)) if good else ((BAD, bad),)
    found, _ = trace(act(Did.MADE, 1, inputs, ((PACKS, 10),)))
    assert Total("/x/item/PACK", Kind.LOT, certain, possible) in found.totals()


def test_what_left_before_the_bad_part_came_is_clean(trace: Ask) -> None:
    acts = (
        act(Did.MADE, 1, (GOOD,), (PACKS,)),
        act(Did.MADE, 2, (PACKS,), (ONE,)),
        act(Did.MADE, 3, (BAD,), (PACKS,)),
        act(Did.MADE, 3, (PACKS,), (TWO,)),
    )
    found, _ = trace(*acts)
    assert (found.level(ONE), found.level(TWO), found.level(PACKS)) == (0, POSSIBLE, POSSIBLE)
    outside, _ = trace(*acts, until=2)
    assert outside.level(TWO) == 0


def test_a_removed_part_takes_its_taint_along(trace: Ask) -> None:
    found, graph = trace(
        act(Did.MADE, 1, (BAD,), (ONE,)),
        act(Did.FITTED, 2, (ONE,), (BANK,)),
        act(Did.REMOVED, 3, (ONE,), (BANK,)),
    )
    assert found.level(BANK) == 0
    assert graph.codes(found.was()) == [BANK]
    assert [step.act_key for step in found.path(BANK)] == ["made-1", "fitted-2"]


def test_a_unit_is_where_the_box_around_it_went_last(trace: Ask) -> None:
    found, graph = trace(
        act(Did.MADE, 1, (BAD,), (ONE, TWO)),
        act(Did.PACKED, 2, (ONE, TWO), (CARTON,)),
        act(Did.PACKED, 3, (CARTON,), (PALLET,)),
        act(Did.MOVED, 4, (PALLET,), party=DEPOT),
        act(Did.UNPACKED, 5, (TWO,), (CARTON,)),
        act(Did.MOVED, 6, (CARTON,), party=SHOP),
        act(Did.ENDED, 7, (TWO,)),
    )
    packs = [line for line in found.holders() if line.item == "/x/item/PACK"]
    assert packs == [Held(SHOP, "", "/x/item/PACK", 1, 0, 6)]
    ever = [(line.party, line.certain) for line in found.consignees()]
    assert ever == [(DEPOT, 2), (SHOP, 1)]
    assert graph.codes(found.ended()) == [TWO]
    assert [step.act_key for step in found.path(DEPOT)] == [
        "made-1",
        "packed-2",
        "packed-3",
        "moved-4",
    ]
    assert found.path(DEPOT)[-1].target == DEPOT


def test_naming_what_is_made_of_a_suspect_never_clears_it(trace: Ask) -> None:
    _, graph = trace(act(Did.MADE, 10, (BAD,), (PACKS,)), act(Did.MADE, 30, (PACKS,), (BANK,)))
    assert forward(graph, [BAD], since=5, until=20).level(BANK) == CERTAIN
    with pytest.raises(SuspectsNested):
        forward(graph, [BAD, PACKS], since=5, until=20)
    assert forward(graph, [BAD, PACKS], since=5).level(BANK) == CERTAIN


def test_a_box_that_a_record_puts_into_its_own_content_still_has_a_path(trace: Ask) -> None:
    found, _ = trace(
        act(Did.MADE, 10, (BAD,), (ONE,)),
        act(Did.FITTED, 20, (ONE,), (BANK,)),
        act(Did.FITTED, 21, (BANK,), (ONE,)),
        act(Did.PACKED, 30, (BANK,), (CARTON,)),
        act(Did.PACKED, 40, (CARTON,), (PALLET,)),
        act(Did.PACKED, 41, (PALLET,), (CARTON,)),
    )
    for box in (CARTON, PALLET):
        assert found.path(box)[-1].target == box
    for whole in (ONE, BANK):
        assert found.path(whole)
