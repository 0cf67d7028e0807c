"""Names of things: both GS1 forms give one code, and what cannot be is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaishu.core.genealogy import epc, things
from kaishu.core.genealogy.epc import (
    CharactersWrong,
    CheckDigitWrong,
    LengthWrong,
    NameUnread,
    PatternWide,
)
from kaishu.core.genealogy.things import Kind

# Keys of the examples in the EPC Tag Data Standard and the General Specifications.
PAIRS = [
    ("urn:epc:id:sgtin:0614141.812345.6789", "/01/80614141123458/21/6789", Kind.UNIT),
    ("urn:epc:class:lgtin:4012345.012345.998877", "/01/04012345123456/10/998877", Kind.LOT),
    ("urn:epc:id:sscc:0614141.1234567890", "/00/106141412345678908", Kind.BOX),
    ("urn:epc:id:sgln:0614141.12345.400", "/414/0614141123452/254/400", Kind.PLACE),
    ("urn:epc:id:sgln:0614141.12345.0", "/414/0614141123452", Kind.PLACE),
    ("urn:epc:id:pgln:0614141.12345", "/417/0614141123452", Kind.PARTY),
    ("urn:epc:id:giai:0614141.12345400", "/8004/061414112345400", Kind.UNIT),
    ("urn:epc:idpat:sgtin:0614141.812345.*", "/01/80614141123458", Kind.ITEM),
    ("urn:epc:id:sgtin:061414112345.8.A%2FB", "/01/80614141123458/21/A%2FB", Kind.UNIT),
]


@pytest.mark.parametrize(("urn", "code", "kind"), PAIRS, ids=[pair[1] for pair in PAIRS])
def test_a_urn_and_its_digital_link_name_one_thing(urn: str, code: str, kind: Kind) -> None:
    for text in (urn, f"https://id.gs1.org{code}", f"https://a.example/some/path{code}?17=261231"):
        found = epc.thing(text)
        assert (found.code, found.kind) == (code, kind)
    assert things.kind_of(code) is kind


def test_a_returnable_box_has_its_serial_beside_its_type() -> None:
    code = "/8003/00614141123452/400"
    assert epc.thing("urn:epc:id:grai:0614141.12345.400").code == code
    assert epc.thing("https://id.gs1.org/8003/00614141123452400").code == code
    assert epc.thing("https://id.gs1.org/8003/00614141123452400").kind is Kind.BOX


def test_a_lot_that_equals_a_serial_is_another_thing() -> None:
    lot = epc.thing("https://id.gs1.org/01/80614141123458/10/77")
    unit = epc.thing("https://id.gs1.org/01/80614141123458/21/77")
    both = epc.thing("https://id.gs1.org/01/80614141123458/10/77/21/77")
    assert lot.code != unit.code
    assert (lot.kind, unit.kind) == (Kind.LOT, Kind.UNIT)
    assert (both.code, both.lot) == (unit.code, lot.code)


def test_uris_of_ones_own_stay_ones_own() -> None:
    assert epc.thing("https://a.example/x/item/CELL/lot/L%2F7").code == "/x/item/CELL/lot/L%2F7"
    one = epc.thing("https://a.example/obj/7")
    other = epc.thing("https://b.example/obj/7")
    assert one.kind is other.kind is Kind.UNIT
    assert one.code != other.code
    assert things.name_of(one.code) == "7"
    lot = epc.thing("https://a.example/cells/lot/7", of_class=True)
    assert (lot.kind, things.name_of(lot.code)) == (Kind.LOT, "7")
    assert epc.thing("https://a.example/cells", of_class=True).kind is Kind.ITEM
    for found in (one, lot):
        assert things.kind_of(found.code) is found.kind
    assert epc.place("https://a.example/x/place/HALL") == "/x/place/HALL"
    assert epc.party("https://a.example/x/party/CELLCO") == "/x/party/CELLCO"
    assert epc.party("https://a.example/x/place/HALL").startswith("/x/party/https%3A")
    assert epc.place("geo:47.5,8.6") == "/x/place/geo%3A47.5%2C8.6"
    assert epc.party("urn:epc:id:sgln:0614141.12345.0") == "/417/0614141123452"
    assert epc.place("https://a.example/414/0614141123452/254/7") == "/414/0614141123452/254/7"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://id.gs1.org/01/80614141123459/21/7", CheckDigitWrong),
        ("https://id.gs1.org/00/106141412345678907", CheckDigitWrong),
        ("https://id.gs1.org/01/8061414112345/21/7", CheckDigitWrong),
        ("https://id.gs1.org/00/10614141234567890", LengthWrong),
        ("https://id.gs1.org/01/80614141123458/99/7", NameUnread),
        ("https://id.gs1.org/01/ABC", NameUnread),
        ("https://id.gs1.org/01/80614141123458/21/" + "7" * 21, LengthWrong),
        ("https://id.gs1.org/01/80614141123458/21/%E5%9B%9E", CharactersWrong),
        ("urn:epc:id:sgtin:0614141.81234.6789", LengthWrong),
        ("urn:epc:id:sgtin:06141.41812345.6789", LengthWrong),
        ("urn:epc:id:sgtin:061414A.812345.6789", CharactersWrong),
        ("urn:epc:id:sgtin:0614141.812345.a/b", CharactersWrong),
        ("urn:epc:id:sgtin:0614141.812345", CharactersWrong),
        ("urn:epc:id:sscc:0614141.1234567890.1", NameUnread),
        ("urn:epc:id:sgtin", NameUnread),
        ("URN:EPC:id:sgtin:0614141.812345.6789", NameUnread),
        ("urn:epc:idpat:sgtin:0614141.*.*", PatternWide),
        ("urn:epc:idpat:sgtin:*.*.*", PatternWide),
        ("A1B2", NameUnread),
        ("https://a.example/" + "7" * 500, LengthWrong),
    ],
)
def test_what_cannot_be_a_name_says_why(text: str, why: type[Exception]) -> None:
    with pytest.raises(why):
        epc.thing(text)


@given(st.text(max_size=12), st.booleans())
def test_any_text_is_a_name_or_refused(text: str, of_class: bool) -> None:
    for start in ("", "urn:epc:id:sgtin:", "https://id.gs1.org/01/", "https://a.example/x/item/"):
        try:
            found = epc.thing(start + text, of_class)
        except (NameUnread, CheckDigitWrong, LengthWrong, CharactersWrong, PatternWide):
            continue
        assert things.kind_of(found.code) is found.kind
