"""Every page about recalls fits a desk and a phone, and passes axe."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page

from kaishu.base import clock
from kaishu.base.language import COOKIE
from kaishu.base.roles import Role, give
from kaishu.editions.drafting import actions, proposals, queries
from tests.doors import romoss
from tests.support.browser import axe, shoot
from tests.support.signed_in import sign_in

SHOTS = os.environ.get("KAISHU_SHOTS") == "1"
LANGUAGES = ("en", "ja", "zh-hans") if SHOTS else ("en",)
# Walked in every run; the contact sheet shows all of them.
ALWAYS = {"texts", "rules", "check", "changes", "preview-answer"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", (1366, 390))
def test_every_recalls_page_fits_and_passes_axe(
    site: str, open_page: Callable[..., Page], width: int, language: str
) -> None:
    page = open_page(width=width, height=900)
    _sign_in(page, site, language)
    pages = _pages()
    for name in pages if SHOTS else ALWAYS & pages.keys():
        page.goto(site + pages[name])
        shoot(page, f"recalls-{name}-{width}-{language}")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name}: {wide} px too wide"
        axe(page)


def _sign_in(page: Page, site: str, language: str) -> None:
    user = User.objects.create_user("ren")
    give(user, Role.MANAGER)
    client = Client()
    sign_in(client, user)
    cookies = {"sessionid": client.cookies["sessionid"].value, COOKIE: language}
    page.context.add_cookies(
        [{"name": name, "value": value, "url": site} for name, value in cookies.items()]
    )


def _pages() -> dict[str, str]:
    """Publish a recall, copy and change it, and leave an empty draft with much to mend."""
    first = romoss.published()
    at = clock.now()
    copy = actions.start_copy(slug=romoss.SLUG, by="hana", at=at)
    data = romoss.data()
    data["texts"]["hazard"]["en"] = "In rare cases it can catch fire."
    data["recall"]["units"] += 1
    for section, table in (("texts", "texts"), ("identity", "recall")):
        actions.save_section(
            draft_id=copy.id,
            section=section,
            said={table: data[table]},
            seen=queries.draft(copy.id).version,
            by="hana",
            at=at,
        )
    empty = actions.start_empty(market="eu", by="hana", at=at)
    close = proposals.propose_state(
        slug=romoss.SLUG,
        act="close",
        reason="target_reached",
        words="All units are accounted for.",
        by="hana",
        at=at,
    )
    draft = f"/staff/recalls/drafts/{copy.id}"
    return {
        "list": "/staff/recalls/",
        "recall": f"/staff/recalls/{romoss.SLUG}/",
        "draft": f"{draft}/",
        "texts": f"{draft}/texts/",
        "products": f"{draft}/products/",
        "rules": f"{draft}/rules/",
        "remedies": f"{draft}/remedies/",
        "check": f"{draft}/check/",
        "changes": f"{draft}/changes/",
        "preview": f"{draft}/preview/",
        "preview-answer": f"{draft}/preview/zh-hans/r/{romoss.SLUG}/check/"
        "?model=PAC20-272&serial=M20-Q1",
        "empty": f"/staff/recalls/drafts/{empty.id}/",
        "empty-check": f"/staff/recalls/drafts/{empty.id}/check/",
        "proposal": f"/staff/recalls/proposals/{close.id}/",
        "proposal-done": f"/staff/recalls/proposals/{first}/",
    }
