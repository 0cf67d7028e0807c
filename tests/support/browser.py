"""A headless Chromium that a test walks through the pages with."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tools.browser import find_chromium

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
SHOTS = Path(__file__).resolve().parents[2] / "shots"
# `target-size` (WCAG 2.2, 2.5.8) is the one rule of the standard that axe leaves off.
AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


def _arriving(act: Callable[..., Any]) -> Callable[..., Any]:
    """Return an act of the browser that ends only when the page it leads to has loaded.

    Playwright's own ends when the new page begins to arrive; on a busy machine the next line of a
    test would then look at half a page.
    """

    @wraps(act)
    def arrive(target: Page | Locator, *args: Any, **options: Any) -> Any:
        answer = act(target, *args, **options)
        page = target if isinstance(target, Page) else target.page
        if not page.is_closed():
            page.wait_for_load_state("load")
        return answer

    return arrive


# Long, because a busy machine is no fault of the page; only a failing test waits for it.
expect.set_options(timeout=20_000)
for _kind in (Page, Locator):
    for _name in ("click", "press"):
        setattr(_kind, _name, _arriving(getattr(_kind, _name)))


@contextmanager
def running_browser() -> Iterator[Browser | None]:
    """Start Chromium; yields None where the machine has none."""
    path = find_chromium()
    if path is None:
        yield None
        return
    # Playwright keeps an event loop in this thread, which Django would take for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
            os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


def axe(page: Page) -> None:
    """Assert that axe finds no accessibility violation on the page."""
    results = Axe().run(page, options=AXE_OPTIONS)
    found = [
        {"rule": v["id"], "help": v["help"], "where": [node["target"] for node in v["nodes"]]}
        for v in results.response["violations"]
    ]
    assert not found, f"{page.url}\n{json.dumps(found, indent=1, ensure_ascii=False)}"


def shoot(page: Page, name: str) -> None:
    """Save the whole page as shots/<name>.png when KAISHU_SHOTS=1 (`make shots`)."""
    if os.environ.get("KAISHU_SHOTS") == "1":
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
