"""A manager brings a serial list for a draft: read in the background, every bad row shown."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kaishu.base import jobs
from kaishu.base.clock import now
from kaishu.base.roles import Role
from kaishu.config.jobs import run_jobs
from kaishu.editions.drafting import actions, folders, queries
from tests.doors.desk_world import member
from tests.editions.harness import write_example

GOOD = ("A0000001", "A0000002", "A0000003")


@pytest.fixture
def draft_id(db: None, tmp_path: Path) -> int:
    folder = write_example(tmp_path / "recall")
    uploads = {
        str(path.relative_to(folder.path)): path.read_bytes()
        for path in folder.path.rglob("*")
        if path.is_file()
    }
    return actions.start_upload(uploads=uploads, by="mika", at=now()).id


def sent(name: str, content: bytes, **more: str) -> dict[str, object]:
    return {"files": SimpleUploadedFile(name, content), "form": "akari", **more}


def kept(draft_id: int, name: str = "serials/L9.csv") -> bytes | None:
    files = queries.newest(queries.draft(draft_id)).files
    return folders.read({name: files[name]})[name] if name in files else None


def bring(client: Client, draft_id: int, name: str, content: bytes, **more: str) -> str:
    """Send a list and let the worker read it; returns the address of its page."""
    answer = client.post(f"/staff/imports/lists/{draft_id}/files", sent(name, content, **more))
    assert answer.status_code == 302
    run_jobs(at=now())
    return str(answer["Location"])


def form_of(draft_id: int) -> str:
    from kaishu.editions.imports.upload import formats_of

    return formats_of(draft_id)[0].code


def test_a_clean_list_of_any_kind_is_in_the_draft_at_once(draft_id: int) -> None:
    client = member("mika", Role.MANAGER)
    book = openpyxl.Workbook()
    for row in ("シリアル番号", *GOOD):
        book.active.append([row])
    file = BytesIO()
    book.save(file)
    table = BytesIO()
    pl.DataFrame({"S/N": GOOD}).write_parquet(table)
    for content in (file.getvalue(), table.getvalue(), "\n".join(["serial", *GOOD]).encode()):
        page = bring(client, draft_id, "L9.xlsx", content, form=form_of(draft_id))
        assert "3 serials are in the draft." in client.get(page).content.decode()
        assert kept(draft_id) == b"serial\nA0000001\nA0000002\nA0000003\n"
    assert queries.draft(draft_id).version == 2


def test_a_list_with_bad_rows_waits_for_a_person_who_types_their_number(draft_id: int) -> None:
    client = member("mika", Role.MANAGER)
    content = "\n".join(["serial", GOOD[0], "=1+1", "B0000001", GOOD[0], GOOD[1]]).encode()
    page = bring(client, draft_id, "L9.csv", content, form=form_of(draft_id))
    said = client.get(page).content.decode()
    assert "2 rows name no unit, so nothing was attached." in said
    assert "This cell is a formula: =1+1" in said
    assert kept(draft_id) is None
    file = b"".join(client.get(page + "?as=csv").streaming_content).decode("utf-8-sig")
    assert [line.split(",")[:4] for line in file.splitlines()[1:]] == [
        ["", "3", "'=1+1", "row_formula"],
        ["", "4", "B0000001", "row_prefix"],
        ["", "5", "A0000001", "serial_twice"],
    ]
    wrong = client.post(page + "without/", {"bad": "3", "key": "0" * 32})
    assert (wrong.status_code, kept(draft_id)) == (409, None)
    right = client.post(page + "without/", {"bad": "2", "key": "1" * 32})
    run_jobs(at=now())
    assert "2 serials are in the draft." in client.get(right["Location"]).content.decode()
    assert kept(draft_id) == b"serial\nA0000001\nA0000002\n"


def test_a_file_that_is_no_list_says_what_to_do(draft_id: int) -> None:
    client = member("mika", Role.MANAGER)
    page = bring(client, draft_id, "x.csv", b"model,colour\nL1,red\n", form=form_of(draft_id))
    said = client.get(page).content.decode()
    assert "No column looks like serials. The columns are: model, colour" in said
    assert kept(draft_id, "serials/x.csv") is None


def test_the_same_file_again_is_the_same_job(draft_id: int) -> None:
    client = member("mika", Role.MANAGER)
    content = "\n".join(["serial", *GOOD]).encode()
    pages = {bring(client, draft_id, "L9.csv", content, form=form_of(draft_id)) for _ in "abc"}
    assert len(pages) == 1
    assert len(jobs.recent(kinds=("serial_list",))) == 1


def test_an_auditor_sees_lists_and_brings_none(draft_id: int) -> None:
    client = member("ken", Role.AUDITOR)
    page = client.get(f"/staff/imports/lists/{draft_id}/")
    assert (page.status_code, b"Read the list" in page.content) == (200, False)
    refused = client.post(f"/staff/imports/lists/{draft_id}/files", sent("L9.csv", b"serial\n"))
    assert refused.status_code == 403


@pytest.mark.parametrize("language", ["ja", "zh-hans", "en"])
def test_every_page_about_a_list_reads_in_every_language(draft_id: int, language: str) -> None:
    client = member("mika", Role.MANAGER)
    client.cookies["kaishu_language"] = language
    page = bring(client, draft_id, "L9.csv", b"serial\nx\n", form=form_of(draft_id))
    for address in (page, f"/staff/imports/lists/{draft_id}/"):
        assert client.get(address, headers={"accept-language": language}).status_code == 200
