"""Walk the report pages in a browser: no script, both widths, three languages, axe."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from kaishu.base.language import COOKIE
from kaishu.base.roles import Role
from kaishu.markets.forms import load_form
from kaishu.reports import filing
from tests.claims.world import SLUG
from tests.doors import desk_world
from tests.reports.report_world import AS_OF, KNOWN, told
from tests.support.browser import axe, shoot

SHOTS = os.environ.get("KAISHU_SHOTS") == "1"
LANGUAGES = ("en", "ja", "zh-hans") if SHOTS else ("ja",)
WIDTHS = (1366, 390)


def test_the_report_pages_fit_and_pass_axe(
    site: str, open_page: Callable[..., Page], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(data_dir)
    row = filing.file(
        form=load_form("jp_progress"),
        slug=SLUG,
        subject="2026-01-21",
        as_of=AS_OF,
        known_at=KNOWN,
        addressee="METI",
        reference="20260110-1",
        key="file",
        by="hana",
        at=KNOWN + timedelta(minutes=5),
    )
    client = desk_world.member("mai", Role.MANAGER)
    client.get(f"/staff/recalls/{SLUG}/reports/")  # reads the routes once, outside the browser
    rows = f"rows/?what=done&rule=unit_collected&as_of={AS_OF.isoformat()}&known_at={KNOWN.isoformat()}"
    places = {
        "list": "reports/",
        "form": "reports/jp_progress/?subject=2026-01-21&as_of=2026-01-07",
        "rows": f"reports/{rows}".replace("+", "%2B"),
        "filed": f"reports/filed/{row.id}/?run=1",
        "duties": "duties/",
        "corrective": "corrective/",
    }
    for language in LANGUAGES:
        for width in WIDTHS:
            page = open_page(width=width, height=900, javascript=False)
            page.context.add_cookies(
                [
                    {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site},
                    {"name": COOKIE, "value": language, "url": site},
                ]
            )
            for name, path in places.items():
                page.goto(f"{site}/staff/recalls/{SLUG}/{path}")
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert wide <= 0, (name, width, wide)
                shoot(page, f"reports-{name}-{width}-{language}")
    page = open_page(width=1366, height=900)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}]
    )
    for path in places.values():
        page.goto(f"{site}/staff/recalls/{SLUG}/{path}")
        axe(page)
