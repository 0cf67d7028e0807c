"""Shop credit: its owner opens the code by a button; nothing that follows links delivers it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from kaishu.books.queries import trial_balance
from kaishu.claims.facts import UnitFacts
from kaishu.core.recall import AmountRule, DueWhen
from kaishu.payouts import shop_codes
from kaishu.payouts.models import ShopCode
from kaishu.payouts.worker import run_once
from tests.doors import kumo
from tests.doors.owner_world import OwnerWorld, file_claim, recall
from tests.doors.pages import find, text

CODE = "KUMO-7731-22"


@pytest.fixture
def world(db: None, data_dir: Path) -> OwnerWorld:
    """Give an approved claim whose shop credit is due."""
    base = recall()
    credit = replace(
        base.remedies[0],
        code="coupon",
        type="coupon",
        commodity="coupon:JPY",
        amount=AmountRule.FIXED,
        quantity=3000,
        due=DueWhen.APPROVED,
    )
    unit = UnitFacts(model="K100", serial=kumo.LISTED, remedy="coupon")
    value = replace(base, remedies=(*base.remedies, credit))
    world = file_claim(data_dir, unit, at=datetime(2026, 4, 2, tzinfo=UTC), value=value)
    world.decide("approved", "checked")
    return world


def paid(world: OwnerWorld) -> OwnerWorld:
    """Issue the code."""
    shop_codes.load_codes(commodity="coupon:JPY", codes=[CODE], at=world.now())
    world.pay()
    return world


def test_before_it_is_issued_there_is_nothing_to_open(world: OwnerWorld) -> None:
    assert not [a for a in find(world.get(), "a") if "code/" in str(a.get("href"))]
    assert Client().get(f"{world.path}1/code/").status_code == 409


@pytest.mark.parametrize("code", ["ja", "zh-hans", "en"])
def test_opening_the_address_delivers_nothing_and_shows_no_code(
    world: OwnerWorld, code: str
) -> None:
    paid(world)
    page = world.get("1/code/", code=code)
    Client().head(f"/{code}/c/{world.sent.token}/1/code/")
    assert CODE not in text(page)
    assert ShopCode.objects.get().delivered_at is None


def test_the_button_shows_the_code_and_delivers_it_once(world: OwnerWorld) -> None:
    paid(world)
    links = [str(a.get("href")) for a in find(world.get(), ".unit .act a")]
    assert links == [f"{world.path}1/code/"]
    for _ in range(2):
        shown = Client().post(f"{world.path}1/code/")
        assert CODE in shown.content.decode()
        assert shown["Cache-Control"] in ("no-store", "private, no-cache")
    run_once(at=datetime(2027, 1, 1, tzinfo=UTC))
    books = trial_balance(recall_id=world.claim.recall_id).sentence()
    assert "coupon:JPY: cost -3000  paid 3000" in books


def test_a_form_from_a_foreign_site_shows_nothing(world: OwnerWorld) -> None:
    paid(world)
    answer = Client().post(f"{world.path}1/code/", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert ShopCode.objects.get().delivered_at is None
