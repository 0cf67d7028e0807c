"""A flight card is made of a number that is outside every recall, and says no more than that."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kaishu.core import receipts
from kaishu.core.flight_card import (
    CardForAffected,
    CardForbidden,
    CardNotByNumber,
    FlightCard,
    flight_card,
    standing,
)
from kaishu.core.pack import Pack
from kaishu.core.travel import ROUTES, Rule
from kaishu.doors.public.receipt_keys import holds
from kaishu.markets import travel_rules
from tests.doors import kumo

ON = date(2026, 5, 3)
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
CLOSED_FROM_MAY_8 = Rule(
    id="later",
    routes=frozenset({"jp"}),
    from_date=date(2026, 5, 8),
    until=None,
    name={},
    source="",
    bars=frozenset({"recalled_model"}),
)


@pytest.fixture
def packs(tmp_path: Path) -> list[Pack]:
    """Two recalls that share K100."""
    return [kumo.write_pack(tmp_path), kumo.write_pack(tmp_path, kumo.abroad())]


def made(packs: list[Pack], serial: str = kumo.NOT_LISTED, **more: str) -> FlightCard:
    asked = {"model": "K100", "route": "", **more}
    return flight_card(packs[0], packs, serial=serial, on=ON, rules=travel_rules(), **asked)


def test_a_card_names_every_recall_and_the_routes_by_the_rules(packs: list[Pack]) -> None:
    card = made(packs, "ak20 2399 9900 0042", model="k 100")
    assert (card.model, card.serial, card.until) == ("K100", kumo.NOT_LISTED, date(2026, 5, 10))
    assert {ref.recall for ref in card.editions} == {kumo.SLUG, kumo.ABROAD_SLUG}
    assert (card.open, card.closed) == (("jp", "international"), ("cn_domestic",))


@pytest.mark.parametrize("serial", [kumo.LISTED, kumo.ABROAD])
def test_affected_in_any_recall_has_none(packs: list[Pack], serial: str) -> None:
    with pytest.raises(CardForAffected):
        made(packs, serial)


@pytest.mark.parametrize(
    ("model", "serial"),
    [
        ("K100", ""),
        ("K100", "AK2"),
        ("K100", kumo.NOT_LISTED.replace("0", "O", 1)),  # mended, so it is a question
        ("K300", kumo.NOT_LISTED),  # its rule goes by the day of purchase
        ("K900", kumo.NOT_LISTED),
    ],
)
def test_what_the_number_alone_does_not_show_has_none(
    packs: list[Pack], model: str, serial: str
) -> None:
    with pytest.raises(CardNotByNumber):
        made(packs, serial, model=model)


def test_the_rules_of_the_air_may_forbid_it(packs: list[Pack]) -> None:
    with pytest.raises(CardForbidden):
        made(packs, route="cn_domestic")
    assert made(packs, route="jp").serial == kumo.NOT_LISTED
    rules = [*travel_rules(), CLOSED_FROM_MAY_8]
    card = flight_card(packs[0], packs, model="K100", serial=kumo.NOT_LISTED, on=ON, rules=rules)
    assert card.open == ("international",)  # a rule that begins within the card's days counts
    everywhere = replace(CLOSED_FROM_MAY_8, routes=frozenset(ROUTES))
    with pytest.raises(CardForbidden):
        flight_card(
            packs[0], packs, model="K100", serial=kumo.NOT_LISTED, on=ON, rules=[everywhere]
        )


def test_a_card_is_checked_as_a_receipt_is(packs: list[Pack]) -> None:
    said = made(packs).said("recall.example.com")
    code = receipts.encode(said, public=PUBLIC, sign=KEY.sign)
    keys = {receipts.key_id(PUBLIC): PUBLIC}
    assert receipts.verify(code, keys, holds=holds, unit=kumo.NOT_LISTED) == said
    assert kumo.NOT_LISTED not in code
    with pytest.raises(receipts.ReceiptOfAnotherUnit):
        receipts.verify(code, keys, holds=holds, unit=kumo.LISTED)


def test_a_card_ends_with_its_days_and_with_the_edition(packs: list[Pack], tmp_path: Path) -> None:
    said = made(packs).said("x")
    for today, expired in ((ON, False), (date(2026, 5, 10), False), (date(2026, 5, 11), True)):
        now = standing(said, packs, today=today)
        assert now is not None and (now.expired, now.outdated) == (expired, False)
    later = kumo.write_pack(tmp_path, kumo.recall(phone="0120-000-999"))
    now = standing(said, [later, packs[1]], today=ON)
    assert now is not None and now.outdated
    one = standing(said, packs[:1], today=ON)
    assert one is not None and one.outdated
    claim = receipts.receipt(
        issuer="i", recall="r", product="K100", serial="1", reference="", proven=()
    )
    assert standing(claim, packs, today=ON) is None
