"""A running recall is taken over in the browser: bring, map, try out, start, tie out."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Page

from kaishu.base.clock import now
from kaishu.base.jobs.run import run_due
from kaishu.base.language import COOKIE
from kaishu.base.roles import Role
from kaishu.claims.imports.models import ClaimImport
from kaishu.config.jobs import KINDS
from kaishu.editions.drafting import actions as drafting
from kaishu.editions.imports.upload import formats_of
from tests.doors import kumo
from tests.doors.desk_world import DeskWorld, member, open_world
from tests.editions.harness import write_example
from tests.support.browser import axe, shoot

HEADER = "受付番号,型番,シリアル番号,色,氏名,メール,購入金額,対応,判定,返金額,返金日,回収日"
UNIT = "K200,AK2023000100{:04d},grey,佐藤 花子,hanako@example.jp,3990,refund"
ROWS = (
    "C-1," + UNIT.format(1) + ",,,,",
    "C-2," + UNIT.format(2) + ",承認,,,2026-03-01",
    "C-3," + UNIT.format(2) + ",,,,",
    "C-4," + UNIT.format(3) + ",x,,,",
)
FILE = "\n".join([HEADER, *ROWS]).encode("cp932")
BAD_LIST = b"serial\nA0000001\n=1+1\nB0000001\nA0000001\n1.23457E+15\n"
SHOTS = os.environ.get("KAISHU_SHOTS") == "1"
WIDTHS = (1366, 390)
LANGUAGES = ("en", "ja", "zh-hans") if SHOTS else ("en",)
KEY = "{:032x}"


@pytest.fixture
def world(db: None, data_dir: Path) -> DeskWorld:
    return open_world(data_dir)


def work() -> None:
    while any(run_due(at=now(), kinds=KINDS, seconds=60).values()):
        pass


def bring(client: Client) -> str:
    sent = {"files": SimpleUploadedFile("old.csv", FILE), "recall": kumo.SLUG}
    return str(client.post("/staff/imports/files", sent)["Location"])


def chosen(page: str) -> dict[str, str]:
    """Return what the form of the columns would send as it stands."""
    found = {}
    for name, inner in re.findall(r'<select id="[^"]*" name="([^"]*)">(.*?)</select>', page):
        value = re.search(r'<option value="([^"]*)" selected', inner)
        found[name] = value[1] if value else ""
    return found


def text(client: Client, page: str) -> str:
    return client.get(page).content.decode()


def test_a_running_recall_is_taken_over_by_two_people(world: DeskWorld) -> None:
    mika, jun = member("mika", Role.MANAGER), member("jun", Role.MANAGER)
    page = bring(mika)
    form = chosen(text(mika, page)) | {"depot": "depot-east"}
    assert (form["field-serial"], form["field-email"]) == ("シリアル番号", "メール")
    assert mika.post(page + "columns/", {**form, "key": KEY.format(1)}).status_code == 302
    work()
    said = text(mika, page)
    assert "“x” in the column 判定 is a word we do not know." in said
    assert "still owed, Japanese Yen" in said
    assert "¥3,990" in said
    assert "a second manager has to start it" in said
    assert mika.post(page + "start/", {"rows": "4", "key": KEY.format(2)}).status_code == 409
    assert jun.post(page + "start/", {"rows": "5", "key": KEY.format(3)}).status_code == 409
    started = jun.post(page + "start/", {"rows": "4", "key": KEY.format(4)})
    assert started["Location"] == page + "#result"
    work()
    said = text(jun, page)
    assert "Every row is accounted for, and the books add up." in said
    source = ClaimImport.objects.get()
    job = b"".join(jun.get(f"/staff/jobs/{source.job_id}/?as=csv").streaming_content).decode()
    assert "Became: " in job
    assert "did=" not in job
    assert [line.split(",")[2:4] for line in job.splitlines()[1:]] == [
        ["done", ""],
        ["done", ""],
        ["done", ""],
        ["refused", "import_word_unknown"],
    ]


def test_a_column_chosen_twice_is_refused_and_every_choice_is_still_there(
    world: DeskWorld,
) -> None:
    mika = member("mika", Role.MANAGER)
    page = bring(mika)
    form = chosen(text(mika, page)) | {"depot": "depot-east", "field-colour": "シリアル番号"}
    said = mika.post(page + "columns/", {**form, "key": KEY.format(1)})
    assert said.status_code == 409
    assert chosen(said.content.decode()) == form


def test_details_of_people_show_only_their_shape(world: DeskWorld) -> None:
    mika = member("mika", Role.MANAGER)
    said = text(mika, bring(mika))
    assert "hanako" not in said
    assert "花子" not in said
    assert "h•••••@•••••••.••" in said


def test_a_file_that_holds_no_claims_says_so(world: DeskWorld) -> None:
    mika = member("mika", Role.MANAGER)
    for content in (b"", b"a,b\n1,2\n", b"%PDF-1.7"):
        sent = {"files": SimpleUploadedFile("x.csv", content), "recall": kumo.SLUG}
        back = mika.post("/staff/imports/files", sent)["Location"]
        assert back == f"/staff/imports/?recall={kumo.SLUG}&encoding="
        assert f'value="{kumo.SLUG}" selected' in text(mika, back)
    assert ClaimImport.objects.count() == 0


def test_an_auditor_looks_and_changes_nothing(world: DeskWorld) -> None:
    page = bring(member("mika", Role.MANAGER))
    ken = member("ken", Role.AUDITOR)
    assert ken.get(page).status_code == 200
    for address in ("columns/", "start/"):
        assert ken.post(page + address, {}).status_code == 403
    assert member("rei", Role.REVIEWER).get(page).status_code == 403


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_lists_and_imports_fit_and_pass_axe(
    site: str, data_dir: Path, tmp_path: Path, open_page: Callable[..., Page], language: str
) -> None:
    open_world(data_dir)
    mika, jun = member("mika", Role.MANAGER), member("jun", Role.MANAGER)
    page = open_page(width=WIDTHS[0], height=900)
    page.context.add_cookies(
        [
            {"name": "sessionid", "value": mika.cookies["sessionid"].value, "url": site},
            {"name": COOKIE, "value": language, "url": site},
        ]
    )
    address = bring(mika)
    form = chosen(text(mika, address)) | {"depot": "depot-east", "key": KEY.format(1)}
    mika.post(address + "columns/", form)
    draft = draft_of(tmp_path)
    sent = {"files": SimpleUploadedFile("L9.csv", BAD_LIST), "form": formats_of(draft)[0].code}
    read = str(mika.post(f"/staff/imports/lists/{draft}/files", sent)["Location"])
    work()
    shown = {"imports": "/staff/imports/", "import": address, "list-read": read}
    shown["bring-list"] = f"/staff/imports/lists/{draft}/"
    for name, where in shown.items():
        look(page, site + where, f"{name}-{language}")
    jun.post(address + "start/", {"rows": "4", "key": KEY.format(2)})
    work()
    look(page, site + address, f"import-result-{language}")


def look(page: Page, address: str, name: str) -> None:
    """See one page at both widths: it fits, axe finds nothing."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address)
        shoot(page, f"desk-{name}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    axe(page)


def draft_of(folder: Path) -> int:
    """Start a draft from the example of the documentation."""
    written = write_example(folder / "recall")
    uploads = {
        str(path.relative_to(written.path)): path.read_bytes()
        for path in written.path.rglob("*")
        if path.is_file()
    }
    return drafting.start_upload(uploads=uploads, by="mika", at=now()).id
