"""Walk the money pages in a browser: they fit at both widths, without scripts, and pass axe."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from kaishu.base.language import COOKIE
from kaishu.base.roles import Role
from kaishu.payouts import actions
from kaishu.payouts.models import ProviderEvent
from tests.doors import desk_world
from tests.support.browser import axe, shoot

SHOTS = os.environ.get("KAISHU_SHOTS") == "1"
WIDTHS = (1366, 390)
LANGUAGES = ("en", "ja", "zh-hans") if SHOTS else ("en",)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_money_page_fits_without_scripts(
    site: str, open_page: Callable[..., Page], data_dir: Path, width: int, language: str
) -> None:
    world = desk_world.lively(desk_world.open_world(data_dir))
    recall = world.recall_id
    actions.propose_fund(
        recall_id=recall,
        commodity="JPY",
        quantity=50_000,
        document="R-1",
        by="yuki",
        at=world.now(),
    )
    actions.propose_rule(
        recall_id=recall, commodity="JPY", received_above=9_000, flag_above=3_000,
        sample_permille=10, by="yuki", at=world.now(),
    )  # fmt: skip
    actions.load_codes(commodity="coupon:JPY", codes=["AAA", "BBB"], at=world.now())
    actions.receive_stock(
        commodity="sku:K110", serials=["B000000000000001"], document="IN-1", by="o", at=world.now()
    )
    made = actions.propose_batch(by="yuki", at=world.now(), recall_id=recall, commodity="JPY")
    ProviderEvent.objects.create(
        provider="bank", number=1, key="nobody-1", kind="settled", ref="BANK-1", matched=False,
        amount=3990, outcome="key_unknown", happened_at=world.now(), received_at=world.now(),
    )  # fmt: skip
    actions.pause(recall_id=recall, note="too many at once", by="mika", at=world.now())
    client = desk_world.member("all", *Role)
    page = open_page(width=width, height=900, javascript=False)
    page.context.add_cookies(
        [
            {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site},
            {"name": COOKIE, "value": language, "url": site},
        ]
    )
    for name, path in {
        "home": "", "due": f"due/?recall={recall}&commodity=coupon:JPY", "batch": f"{made.id}/",
        "approve": f"{made.id}/approve/", "lines": "lines/", "funds": "funds/", "rules": "rules/",
        "pauses": "pauses/", "results": "results/", "codes": "codes/?state=free",
        "stock": "stock/?state=free", "forecast": "forecast/",
    }.items():  # fmt: skip
        page.goto(f"{site}/staff/payouts/{path}")
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, (name, overflow)
        shoot(page, f"money-{name}-{width}-{language}")


def test_the_money_pages_pass_axe(
    site: str, open_page: Callable[..., Page], data_dir: Path
) -> None:
    world = desk_world.lively(desk_world.open_world(data_dir))
    made = actions.propose_batch(
        by="yuki", at=world.now(), recall_id=world.recall_id, commodity="JPY"
    )
    client = desk_world.member("ren", Role.APPROVER, Role.FINANCE)
    page = open_page(width=1366, height=900)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}]
    )
    for path in ("", "due/?why=all", f"{made.id}/", f"{made.id}/approve/", "funds/", "results/"):
        page.goto(f"{site}/staff/payouts/{path}")
        axe(page)
