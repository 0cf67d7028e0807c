"""A thing's code says what it is, and a lot never equals a unit."""

from __future__ import annotations

import pytest

from kaishu.core.genealogy.acts import Act, Amount, Did, columns
from kaishu.core.genealogy.things import Kind, item, item_of, kind_of, lot, name_of, own, unit

GTIN = "04548736120030"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (unit(item(GTIN), "A/1"), Kind.UNIT),
        (lot(item(GTIN), "A/1"), Kind.LOT),
        (unit(item("CELL 18650"), "7"), Kind.UNIT),
        (lot(item("CELL 18650"), "7"), Kind.LOT),
        (item(GTIN), Kind.ITEM),
        (item("CELL"), Kind.ITEM),
        ("/00/345487361200300011", Kind.BOX),
        ("/8003/04548736120030/7", Kind.BOX),
        ("/414/4548736000006/254/7", Kind.PLACE),
        (own("party", "Cells & Co"), Kind.PARTY),
    ],
)
def test_a_code_says_its_kind(code: str, kind: Kind) -> None:
    assert kind_of(code) is kind


def test_a_lot_and_a_unit_of_the_same_letters_are_two_things() -> None:
    assert lot(item(GTIN), "77") != unit(item(GTIN), "77")
    assert name_of(lot(item(GTIN), "A/7 7")) == "A/7 7"
    assert item_of(unit(item("CELL 18650"), "7")) == item("CELL 18650")
    assert item_of("/00/345487361200300011") == ""
    with pytest.raises(ValueError, match="no code"):
        kind_of("/99/1")


def test_acts_become_arrays_in_their_order() -> None:
    cells, pack = lot(item("CELL"), "L1"), unit(item("PACK"), "P1")
    packed = columns(
        [
            Act("e1", Did.MADE, 100, outputs=(Amount(cells, 500.0),)),
            Act("e2", Did.MADE, 200, inputs=(Amount(cells, 10.0),), outputs=(Amount(pack),)),
            Act("e3", Did.MOVED, 300, inputs=(Amount(pack),), party=own("party", "shop")),
        ]
    )
    assert packed.codes == [cells, pack, own("party", "shop")]
    assert packed.at.tolist() == [100, 200, 300]
    assert packed.act.tolist() == [0, 1, 1, 2]
    assert packed.output.tolist() == [True, False, True, False]
    assert packed.thing.tolist() == [0, 0, 1, 1]
    assert packed.quantity[:2].tolist() == [500.0, 10.0]
    assert packed.party.tolist() == [-1, -1, 2]
    assert columns([]).at.tolist() == []
