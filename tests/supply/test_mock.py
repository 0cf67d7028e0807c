"""A mock recall finds what is on record, names what is not, and is kept for good."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from kaishu.core.genealogy import things
from kaishu.core.genealogy.acts import Act, Amount, Did
from kaishu.core.genealogy.errors import ThingUnknown
from kaishu.supply.links.models import LinkFile
from kaishu.supply.mock import queries, record
from kaishu.supply.mock.actions import run_mock
from kaishu.supply.mock.errors import MockNeedsLot, MockUnknown, NoLotToDraw
from kaishu.supply.models import MockRecall, Network
from tests.supply.traced import AT, traced

pytestmark = pytest.mark.django_db
CELL, PACK = things.item("CELL"), things.item("PACK")
PHONE, SAME_PHONE = things.item("04548736120037"), things.item("PHONE")
LOT, UNUSED = things.lot(CELL, "C1"), things.lot(CELL, "C2")
SHOP, DEPOT = things.own("party", "shop"), things.own("party", "depot")
PHONES = [things.unit(PHONE, f"S{number}") for number in range(6)]
PACKS = [things.unit(PACK, f"{number}") for number in range(6)]
BOXES = [things.own("box", f"{number}") for number in range(2)]
ITEMS = {
    CELL: {"kind": "cell", "name": "Cell 21700"},
    PHONE: {"kind": "product", "brand": "Kumo", "model": "K1", "name": "Kumo 1"},
    SAME_PHONE: {"kind": "product", "brand": "Kumo", "model": "K1", "name": "Kumo 1"},
}
PARTNERS = {SHOP: {"role": "retailer", "name": "Minato"}}
ticks = count(1)


def act(did: Did, inputs: list[str], outputs: list[str], party: str = "", at: int = 0) -> Act:
    number = next(ticks)
    whole = [tuple(Amount(code) for code in side) for side in (inputs, outputs)]
    return Act(f"act {number}", did, at or number, *whole, party)


def acts() -> list[Act]:
    """Six phones with a pack each: shop, two boxes, two places at once, lost, burnt, twice coded."""
    return [
        act(Did.MADE, [], [UNUSED]),
        act(Did.MADE, [LOT], PACKS),
        *(act(Did.MADE, [pack], [phone]) for pack, phone in zip(PACKS, PHONES, strict=True)),
        act(Did.MOVED, PHONES[:1], [], SHOP),
        act(Did.PACKED, PHONES[1:2], BOXES[:1]),
        act(Did.PACKED, PHONES[1:2], BOXES[1:]),
        act(Did.MOVED, BOXES, [], SHOP),
        act(Did.MOVED, PHONES[2:3], [], SHOP, at=900),
        act(Did.MOVED, PHONES[2:3], [], DEPOT, at=900),
        act(Did.ENDED, PHONES[4:5], []),
        act(Did.MOVED, [things.unit(SAME_PHONE, "S5")], [], SHOP),
    ]


@pytest.fixture
def network() -> Network:
    return traced(acts(), items=ITEMS, partners=PARTNERS)


@pytest.fixture
def clock() -> Callable[[], float]:
    """Opened in 0.5 s, asked 90 s later (the draw is not timed), answered in 1.8456 s."""
    return iter([10.0, 10.5, 100.5, 102.3456]).__next__


def mock(clock: Callable[[], float], **asked: Any) -> MockRecall:
    return run_mock(slug="kumo", by="aki", at=AT, clock=clock, **asked)


def test_a_chosen_lot_is_traced_timed_and_every_unit_is_found_or_named(
    network: Network, clock: Callable[[], float]
) -> None:
    row = mock(clock, lot=LOT)
    assert (row.item, row.seed, row.milliseconds) == ("Cell 21700", None, 2346)
    assert (row.certain, row.possible, row.units) == (6, 0, 6)
    assert (row.located, row.ended, row.lost) == (4, 1, 2)
    assert row.lost_units == [PHONES[3], PHONES[5]]
    assert (row.unjudged, row.unjudged_lots, row.waiting) == (0, 0, False)
    assert row.unseen == {"unjudged": [], "holding": []}
    assert (row.by, row.at, row.graph) == ("aki", AT, network.graphs.get().digest)
    named = {line["name"]: line["certain"] for line in row.holders}
    assert named == {"Minato": 2, "depot": 1, "": 2}


def test_what_is_on_record_twice_is_named_with_its_reason(
    network: Network, clock: Callable[[], float]
) -> None:
    row = mock(clock, lot=LOT)
    assert row.duplicates == 3
    assert row.duplicate_units == [
        {"why": "two_codes", "code": PHONES[5], "other": things.unit(SAME_PHONE, "S5")},
        {"why": "two_boxes", "code": PHONES[1], "other": ""},
        {"why": "two_holders", "code": PHONES[2], "other": ""},
    ]


def test_what_no_record_lets_judge_stands_in_the_record_and_misses_a_goal() -> None:
    lost_record = act(Did.MADE, [], [things.unit(PHONE, "S9")])  # nobody knows what went into it
    found = [act(Did.MOVED, [PHONES[n]], [], SHOP) for n in (3, 5)]
    network = traced([*acts(), *found, lost_record], items=ITEMS, partners=PARTNERS)
    asked = {"slug": "kumo", "lot": LOT, "by": "a", "at": AT, "clock": lambda: 0.0}
    row = run_mock(**asked, goal=1000)
    assert (row.located, row.units, row.unjudged, row.reached_goal) == (6, 6, 1, False)
    told = {"item": PHONE, "name": "Kumo 1", "kind": "unit", "things": 1}
    assert row.unseen == {"unjudged": [told], "holding": []}
    assert run_mock(**asked, goal=850).reached_goal is True  # 6 of 7
    assert run_mock(**asked).reached_goal is None
    assert (record.warning(row)[:35], record.goal(row)) == (
        "The share counts only what was reac", "100.0 %: not reached",
    )  # fmt: skip
    none = dict.fromkeys(("size", "rows", "good", "bad", "twice", "known"), 0)
    LinkFile.objects.create(network=network, first_at=AT, last_at=AT, by="a", at=AT, **none)
    waits = run_mock(**asked, goal=0)
    assert waits.waiting is True and waits.reached_goal is False


def test_a_seed_draws_the_same_lot_again_and_never_one_that_leads_nowhere(
    network: Network, clock: Callable[[], float]
) -> None:
    drawn = [run_mock(slug="kumo", seed=n, by="a", at=AT, clock=lambda: 0.0) for n in range(4)]
    assert {(row.lot, row.seed) for row in drawn} == {(LOT, seed) for seed in range(4)}
    assert mock(clock).seed is not None


def test_every_record_stays_as_it_was_written(network: Network, clock: Callable[[], float]) -> None:
    row = mock(clock, lot=LOT)
    for change in (lambda: MockRecall.objects.update(lost=0), row.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert [each.lost for each in queries.mocks(network)] == [2]
    assert queries.mock(network, row.pk) == row


def test_what_cannot_be_run_is_refused_and_leaves_no_record(network: Network) -> None:
    asked = {"slug": "kumo", "by": "a", "at": AT, "clock": lambda: 0.0}
    with pytest.raises(ThingUnknown):
        run_mock(lot=things.lot(CELL, "C9"), **asked)
    with pytest.raises(MockNeedsLot):
        run_mock(lot=PHONES[0], **asked)
    traced([act(Did.MADE, [], [UNUSED])], slug="empty", items={}, partners={})
    with pytest.raises(NoLotToDraw):
        run_mock(**asked | {"slug": "empty"})
    assert not MockRecall.objects.exists()
    with pytest.raises(MockUnknown):
        queries.mock(network, 7)
