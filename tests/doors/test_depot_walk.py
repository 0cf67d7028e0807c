"""The bench in a browser: a hundred scans by key, the camera, every depot page on a phone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from playwright.sync_api import Browser, Page

from kaishu.base.language import COOKIE
from kaishu.base.roles import Role
from kaishu.books.audit import audit
from kaishu.books.queries import trial_balance
from kaishu.returns import actions as returns
from kaishu.returns.models import Scan
from tests.doors import desk_world
from tests.doors.desk_world import DeskWorld
from tests.support.browser import FLAGS, axe, shoot
from tools.browser import find_chromium

LANGUAGES = ("en", "ja", "zh-hans") if os.environ.get("KAISHU_SHOTS") == "1" else ("en",)
OWN, DOUBLES, WRONG = 85, 10, 5


def sign_in(page: Page, site: str, world: DeskWorld, language: str = "en") -> None:
    """Sign somebody in who works at one depot, and stand at its bench."""
    page.set_default_timeout(30_000)
    client = desk_world.member("sora", Role.COLLECTOR)
    returns.tie(account="sora", party="depot-east", by="hana", at=world.now())
    page.context.add_cookies(
        [
            {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site},
            {"name": COOKIE, "value": language, "url": site},
        ]
    )


def claim_many(world: DeskWorld, count: int) -> list[str]:
    """File claims and return the codes of their labels."""
    for number in range(count):
        world.claim(f"c{number}", model="K200", serial=f"AK2023000100{number:04d}", colour="grey")
    return [world.label(f"c{number}") for number in range(count)]


@pytest.mark.every_run
def test_a_hundred_scans_with_ten_doubles_and_five_wrong_items(
    site: str, open_page: Callable[..., Page], data_dir: Path
) -> None:
    world = desk_world.open_world(data_dir)
    labels = claim_many(world, OWN + WRONG)
    page = open_page(width=1366, height=900)
    sign_in(page, site, world)
    page.goto(f"{site}/depot/")
    assert page.evaluate("document.activeElement.id") == "id-code"
    for number, label in enumerate(labels[:OWN]):
        _scan(page, label)
        if number % 9 == 0:
            _scan(page, label)  # the trigger was pulled twice
    for label in labels[OWN:]:
        page.keyboard.press("F6")
        _scan(page, label)
    _settled(page, OWN + DOUBLES + WRONG)
    assert [page.inner_text(f"#n-{name}") for name in ("scanned", "doubles", "problems")] == [
        str(OWN),
        str(DOUBLES),
        str(WRONG),
    ]
    assert page.evaluate("document.activeElement.id") == "id-code"
    axe(page)
    shoot(page, "depot-scan-100")
    tally = trial_balance(recall_id=world.recall_id)
    strays = sum(
        line.quantity for line in tally.units if line.pool == "stray" and line.quantity > 0
    )
    assert (tally.units_in("depot"), strays) == (OWN, WRONG)
    assert (Scan.objects.count(), [str(each) for each in audit()]) == (OWN + WRONG, [])


def _scan(page: Page, label: str) -> None:
    """Type a code as a wedge scanner does, with Enter at its end; nothing waits for an answer."""
    page.keyboard.insert_text(label)
    page.keyboard.press("Enter")


def _settled(page: Page, total: int) -> None:
    page.wait_for_function(
        """(total) => ["scanned", "doubles", "problems"]
            .map((name) => Number(document.getElementById(`n-${name}`).textContent))
            .reduce((sum, each) => sum + each, 0) === total""",
        arg=total,
        timeout=120_000,
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [1366, 390])
def test_every_depot_page_fits_and_passes_axe(
    site: str, open_page: Callable[..., Page], data_dir: Path, width: int, language: str
) -> None:
    world = desk_world.open_world(data_dir)
    labels = claim_many(world, 4)
    page = open_page(width=width, height=900)
    sign_in(page, site, world, language)
    page.goto(f"{site}/depot/")
    for name, key, label in (
        ("ok", "", labels[0]),
        ("double", "", labels[0]),
        ("hot", "F3", labels[1]),
        ("no", "", "12345"),
    ):
        if key:
            page.keyboard.press(key)
        before = page.inner_text("#band")
        _scan(page, label)
        page.wait_for_function(
            "(was) => document.getElementById('band').innerText !== was", arg=before
        )
        look(page, f"depot-{name}-{width}-{language}")
    assert page.evaluate("document.documentElement.dataset.heard") == "stop"
    for name, path in _pages(world).items():
        page.goto(site + path)
        look(page, f"depot-{name}-{width}-{language}")


def _pages(world: DeskWorld) -> dict[str, str]:
    who = {"by": "sora", "at": world.now()}
    boxes = []
    for name in ("c2", "c3"):
        world.scan(name)
        made = returns.open_container(
            recall_id=world.recall_id, site="depot-east", recycler="mori", max_units=20, **who
        )
        returns.put_in_container(container_id=made.id, unit_id=world.unit(name).unit_id or 0)
        boxes.append(made)
    returns.seal_container(container_id=boxes[1].id, seal_no="S-17", **who)
    returns.give(container_id=boxes[1].id, **who)
    going = returns.open_stocktake(recall_id=world.recall_id, site="depot-east", **who)
    going_id = going.id
    return {
        "today": "/depot/today/?day=2026-04-02",
        "containers": "/depot/containers/",
        "container": f"/depot/containers/{boxes[0].number}/",
        "given": f"/depot/containers/{boxes[1].number}/",
        "label": f"/depot/containers/{boxes[1].number}/label/",
        "sheet": f"/depot/containers/{boxes[1].number}/sheet/",
        "counts": "/depot/counts/",
        "count": f"/depot/counts/{going_id}/",
        "stock": "/depot/stock/",
        "sign": "/depot/sign/",
    }


def look(page: Page, name: str) -> None:
    """Assert that nothing overflows and axe is content; keep a picture when asked to."""
    shoot(page, name)
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{name}: {wide} px too wide"
    axe(page)


def film(path: Path, text: str) -> Path:
    """Write a short film of a label, as Chromium's fake camera plays it (YUV4MPEG2, 4:2:0)."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    drawn = np.array(zxingcpp.write_barcode_to_image(code, scale=8))
    light = np.full((480, 640), 180, dtype=np.uint8)
    top, left = (480 - drawn.shape[0]) // 2, (640 - drawn.shape[1]) // 2
    light[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    grey = np.full(640 * 480 // 2, 128, dtype=np.uint8)
    picture = b"FRAME\n" + light.tobytes() + grey.tobytes()
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420mpeg2\n" + picture * 5)
    return path


@pytest.fixture
def camera_page(tmp_path: Path, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Give a function that opens a page whose camera sees one label."""
    opened = []
    playwright = browser.browser_type

    def open_one(text: str) -> Page:
        y4m = film(tmp_path / "label.y4m", text)
        chromium = playwright.launch(
            executable_path=find_chromium(),
            args=[
                *FLAGS,
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={y4m}",
            ],
        )
        opened.append(chromium)
        return chromium.new_context(viewport={"width": 390, "height": 844}).new_page()

    yield open_one
    for chromium in opened:
        chromium.close()


def test_a_phones_camera_scans_where_the_browser_reads_no_codes(
    site: str, camera_page: Callable[[str], Page], data_dir: Path
) -> None:
    world = desk_world.open_world(data_dir)
    label = claim_many(world, 1)[0].replace(" ", "")
    page = camera_page(label)
    page.add_init_script("delete window.BarcodeDetector")
    sign_in(page, site, world)
    page.goto(f"{site}/depot/")
    page.click("#camera-button")
    page.wait_for_selector(".answer.ok", timeout=15_000)
    shoot(page, "depot-camera-390")
    page.click("#camera-button")
    assert Scan.objects.get().outcome == "ok"
    assert page.evaluate("document.activeElement.id") in ("id-code", "camera-button")
