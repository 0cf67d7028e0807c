"""Picture every page of staff, depots and shops, check each, and lay them out on sheets.

    python tools/staff_sheet.py                      fills a demo of its own, walks it, stops it
    python tools/staff_sheet.py --site http://…      walks a demo that runs already
    python tools/staff_sheet.py --sets en-1366,ja-390 --only /staff/payouts/

Writes shots/staff/<set>/*.png and shots/staff/sheet-<set>-<n>.png. Ends with 1 where a page is
wider than its window, breaks an axe rule of serious kind, shows words of another language or a
raw code, where its console holds an error, or where no link of any page leads to it.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

HOME = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(HOME), str(HOME / "src")]

from kaishu.base import catalogue  # noqa: E402 (found by the line above)
from kaishu.base.language import COOKIE  # noqa: E402 (found through the line above)
from tools import staff_routes  # noqa: E402 (found through the line above)
from tools.browser import find_chromium  # noqa: E402 (found through the line above)
from tools.staff_sheet_layout import lay_out  # noqa: E402 (found through the line above)

PASSWORD = "kaishu-demo"  # noqa: S105 (the demo's, printed on purpose)
ACCOUNTS = ("sora", "mori", "hana", "mika", "jun", "yuki", "ren", "aki", "rika", "kei")
SETS = ("en-1366", "en-390", "ja-1366", "ja-390", "zh-hans-390")
TAGS = {"ja": "ja", "zh-hans": "zh_Hans"}
# Milliseconds: a machine that does other work too, or a recall that is just being published.
PATIENCE = 180_000
FILLED_WITHIN = 1200  # seconds
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
AXE = {"rules": {"target-size": {"enabled": True}}}
ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")
RAW = re.compile(r"\b[a-z]{2,}_[a-z_]{2,}\b|\b(?:sku|kit|coupon):\w+")
READ = """() => {
  const own = document.documentElement.lang, texts = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const near = node.parentElement, text = node.textContent.trim().replace(/\\s+/g, " ");
    if (!text || near.closest("script, style, code, pre, .code, .digest, textarea")) continue;
    if (near.closest("[lang]").lang !== own || !near.checkVisibility()) continue;
    texts.push(text);
  }
  const bad = ["placeholder", "required", "maxlength"].filter(
    (name) => document.querySelector(`main [${name}]`));
  const slid = [...document.querySelectorAll("main .scroll")].filter(
    (each) => each.scrollWidth > each.clientWidth + 1);
  return {wide: document.documentElement.scrollWidth - window.innerWidth, texts, bad,
    slid: slid.length, phone: innerWidth < 600};
}"""


def main() -> int:
    """Walk the sets asked for; print what is wrong, and return 1 where something is."""
    options = _options()
    with _demo(options.site) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        finds = _find(browser, site)
        wrong = list(finds.broken)
        for name in options.sets.split(","):
            chosen = [
                (number, page)
                for number, page in enumerate(finds.pages)
                if page.route.startswith(options.only)
            ]
            shots = Path(options.out) / name
            axe = options.axe_each if name in options.axe.split(",") else 0
            wrong += _walk(browser, site, chosen, shots, axe=axe)
            for sheet in lay_out(browser, shots, finds.pages):
                print(f"  {sheet}", flush=True)
        browser.close()
    if not options.only:
        missed = staff_routes.left_out(finds, staff_routes.routes())
        wrong += [f"{route}: no link leads there" for route in missed]
    print("".join(f"WRONG {line}\n" for line in wrong), end="")
    print(f"{len(finds.pages)} pages, {len(wrong)} things wrong")
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Picture every page of staff")
    parser.add_argument("--site", default="", help="a demo that runs already")
    parser.add_argument("--sets", default=",".join(SETS), help="language-width, with commas")
    parser.add_argument("--axe", default="en-1366,en-390", help="the sets that axe reads: slow")
    parser.add_argument("--axe-each", type=int, default=1, help="let axe read every n-th page only")
    parser.add_argument("--only", default="", help="routes that start so")
    parser.add_argument("--out", default=str(HOME / "shots" / "staff"))
    return parser.parse_args()


@contextmanager
def _demo(site: str) -> Iterator[str]:
    """Give the address of a running demo; one of our own ends with us."""
    if site:
        yield site.rstrip("/")
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "kaishu.cli.main", "demo", "--port", str(port)]
        child = subprocess.Popen(command, env={**os.environ, "KAISHU_DATA_DIR": folder})
        try:
            _wait(address, child)
            yield address
        finally:
            child.terminate()
            child.wait()


def _wait(address: str, child: subprocess.Popen[bytes]) -> None:
    """Wait until the demo is filled: before that, its pages have nothing to show."""
    for _second in range(FILLED_WITHIN):
        if child.poll() is not None:
            raise SystemExit("The demo did not start.")
        try:
            with urllib.request.urlopen(f"{address}/demo/", timeout=10) as page:  # noqa: S310 (our own server)
                if b'class="filling"' not in page.read():
                    return
        except OSError:
            pass
        time.sleep(1)
    raise SystemExit("The demo was not filled within twenty minutes.")


def _find(browser: Browser, site: str) -> staff_routes.Finds:
    """Follow the links as everybody, a stranger first."""
    finds = staff_routes.Finds()
    stranger = browser.new_context()
    starts = ["/staff/sign-in/"]
    staff_routes.follow(stranger.request, site=site, account="", starts=starts, finds=finds)
    stranger.close()
    for account in ACCOUNTS:
        context = _signed_in(browser, site, account, "en", 1366)
        starts = ["/staff/", "/depot/", "/staff/account/"]
        allowed = [path for path in starts if context.request.get(site + path).ok]
        staff_routes.follow(
            context.request, site=site, account=account, starts=allowed, finds=finds
        )
        context.close()
    return finds


def _signed_in(
    browser: Browser, site: str, account: str, language: str, width: int
) -> BrowserContext:
    phone = width < 600
    context = browser.new_context(
        viewport={"width": width, "height": 844 if phone else 900}, has_touch=phone
    )
    context.set_default_timeout(PATIENCE)
    context.add_cookies([{"name": COOKIE, "value": language, "url": site}])
    if account:
        page = context.new_page()
        page.goto(f"{site}/staff/sign-in/")
        page.fill("#id-username", account)
        page.fill("#id-password", PASSWORD)
        page.click("main .button")
        if "/sign-in/" in page.url:
            raise SystemExit(f"{account} cannot sign in.")
        _at_work(page, site)
        page.close()
    return context


def _at_work(page: Page, site: str) -> None:
    """Choose the first site at the depot, where the account works at one."""
    answer = page.goto(f"{site}/depot/")
    if answer and answer.ok and page.locator("#id-site").count():
        page.select_option("#id-site", index=1)
        page.click("form[action='/depot/site/'] .button")


def _walk(
    browser: Browser,
    site: str,
    pages: list[tuple[int, staff_routes.Found]],
    shots: Path,
    *,
    axe: int,
) -> list[str]:
    """Picture each page in the language and width that the folder is named by; 0 = no axe."""
    shots.mkdir(parents=True, exist_ok=True)
    language, _, width = shots.name.rpartition("-")
    lint = _Words(language)
    wrong: list[str] = []
    for account in dict.fromkeys(page.account for _number, page in pages):
        context = _signed_in(browser, site, account, language, int(width))
        tab = context.new_page()
        said: list[str] = []
        tab.on("console", lambda m, said=said: m.type == "error" and said.append(m.text))
        tab.on("pageerror", lambda error, said=said: said.append(str(error)))
        for number, page in pages:
            if page.account == account:
                said.clear()
                address = re.sub(r"^/(ja|zh-hans|en)/t/", f"/{language}/t/", page.address)
                tab.goto(site + address)
                tab.screenshot(path=shots / f"{number:03}.png", full_page=True)
                faults = [
                    *_faults(tab, lint),
                    *(_axe(tab) if axe and not number % axe else []),
                    *said,
                ]
                wrong += [f"{shots.name} {number:03} {address}: {line}" for line in faults]
        context.close()
    return wrong


def _faults(tab: Page, lint: _Words) -> Iterator[str]:
    read: dict[str, Any] = tab.evaluate(READ)
    if read["wide"] > 0:
        yield f"{read['wide']} px too wide"
    if read["slid"] and read["phone"]:
        yield f"{read['slid']} tables slide sideways"
    for name in read["bad"]:
        yield f"carries {name}"
    yield from lint.faults(read["texts"])


def _axe(tab: Page) -> Iterator[str]:
    for found in Axe().run(tab, options=AXE).response["violations"]:
        if found["impact"] in {"serious", "critical"}:
            yield f"axe {found['id']}: {found['nodes'][0]['target']}"


class _Words:
    """What must not stand on a page of one language: messages of another, and raw codes."""

    def __init__(self, language: str) -> None:
        tag = TAGS.get(language)
        self._foreign = {
            message.msgid
            for message in catalogue.messages()
            if tag and message.translations[tag] != message.msgid
        }
        self._english = language == "en"

    def faults(self, texts: list[str]) -> Iterator[str]:
        for text in texts:
            if text in self._foreign or (not self._english and ENGLISH.search(text)):
                yield f"not translated: {text[:80]!r}"
            if RAW.search(text):
                yield f"raw code: {text[:80]!r}"


if __name__ == "__main__":
    sys.exit(main())
