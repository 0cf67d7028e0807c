"""Walk the console and the depot in a browser: nothing overflows, nobody is shut out."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page

from kaishu.base.language import COOKIE
from kaishu.base.roles import Role
from kaishu.payouts import actions as payouts
from kaishu.returns import actions as returns
from tests.doors import desk_world, kumo
from tests.support.browser import axe, shoot

SHOTS = os.environ.get("KAISHU_SHOTS") == "1"
WIDTHS = (1366, 390)
LANGUAGES = ("en", "ja", "zh-hans") if SHOTS else ("en",)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_desk_page_fits_and_passes_axe(
    site: str, open_page: Callable[..., Page], data_dir: Path, width: int, language: str
) -> None:
    world = desk_world.lively(desk_world.open_world(data_dir))
    made = payouts.propose_batch(by="yuki", at=world.now())
    box = returns.open_container(
        recall_id=world.recall_id,
        number="E-7",
        site="depot-east",
        recycler="mori",
        by="sora",
        at=world.now(),
    )
    unit_id = world.unit("back").unit_id
    assert unit_id is not None
    returns.put_in_container(container_id=box.id, unit_id=unit_id)
    client = desk_world.member("all", *Role)
    client.post("/depot/site/", {"site": "depot-east"})
    page = open_page(width=width, height=900)
    page.context.add_cookies(
        [
            {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site},
            {"name": COOKIE, "value": language, "url": site},
        ]
    )
    for name, path in _pages(world, made.id).items():
        page.goto(site + path)
        _look(page, f"desk-{name}-{width}-{language}")
    _scan(page, site, world, f"{width}-{language}")
    returns.hand_over(container_id=box.id, by="sora", at=world.now())
    page.goto(f"{site}/depot/certificates/")
    _look(page, f"desk-certificates-{width}-{language}")


def test_the_sign_in_page_opens_the_console(
    site: str, open_page: Callable[..., Page], data_dir: Path
) -> None:
    desk_world.open_world(data_dir)
    desk_world.member("mika", Role.REVIEWER)
    page = open_page(width=390)
    page.goto(f"{site}/staff/")
    _look(page, "desk-sign-in-390-en")
    page.fill("#id-username", "mika")
    page.fill("#id-password", "a long password")
    page.click("main .button")
    assert page.url.endswith("/staff/claims/?queue=to_review")


def _pages(world: desk_world.DeskWorld, batch_id: int) -> dict[str, str]:
    case = "/staff/claims/{}/".format
    recall = f"/staff/recalls/{kumo.SLUG}"
    return {
        "queue": "/staff/claims/?queue=to_review",
        "all": "/staff/claims/?queue=all",
        "empty": "/staff/claims/?queue=withdrawn",
        "case": case(world.cases["first"]),
        "contested": case(world.cases["second"]),
        "unread": case(world.cases["unread"]),
        "stray": case(world.cases["stray"]),
        "kits": "/staff/kits/",
        "payouts": "/staff/payouts/",
        "batch": f"/staff/payouts/{batch_id}/",
        "dashboard": f"{recall}/dashboard/",
        "progress": f"{recall}/progress/",
        "entries": f"{recall}/entries/?account=depot",
        "nowhere": "/staff/claims/000000000000/",
        "containers": "/depot/containers/",
        "container": "/depot/containers/E-7/",
        "stock": "/depot/stock/",
    }


def _scan(page: Page, site: str, world: desk_world.DeskWorld, name: str) -> None:
    page.goto(f"{site}/depot/")
    assert page.evaluate("document.activeElement.id") == "id-code"
    _wedge(page, world.label("sent"), "ok")
    _look(page, f"desk-scan-ok-{name}")
    _wedge(page, "12345", "affected")
    _look(page, f"desk-scan-no-{name}")


def _wedge(page: Page, code: str, tone: str) -> None:
    """Type a code as a scanner does: fast, and Enter at the end."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    page.wait_for_selector(f".answer.{tone}")


def _look(page: Page, name: str) -> None:
    shoot(page, name)
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{name}: {wide} px too wide"
    axe(page)


def test_a_client_without_cookies_is_asked_to_sign_in(db: None) -> None:
    assert Client().get("/depot/").headers["Location"].startswith("/staff/sign-in/")
