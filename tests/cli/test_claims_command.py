"""Claims as a file: nothing personal unless asked, and then every person's look is in the log."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kaishu.claims.export import COLUMNS, PERSONAL
from kaishu.cli import main
from kaishu.people.models import RevealLog
from tests.claims.world import World


@pytest.fixture(autouse=True)
def world(db: None, tmp_path: Path) -> World:
    made = World().open(tmp_path / "recall")
    made.claim("SN0001", remedy="refund", name="=cmd Suzuki", key="1")
    made.claim("SN0002", remedy="refund", name="Tanaka", key="2")
    return made


def run(*words: str) -> Result:
    return CliRunner().invoke(main.kaishu, ["claims", "export", *words])


@pytest.mark.parametrize("ending", ["csv", "jsonl", "xlsx"])
def test_without_being_asked_no_file_leads_to_a_person(tmp_path: Path, ending: str) -> None:
    to = tmp_path / f"claims.{ending}"
    assert run(str(to)).exit_code == 0
    content = to.read_bytes()
    if ending == "xlsx":
        with zipfile.ZipFile(to) as book:
            content = b"".join(book.read(name) for name in book.namelist())
    assert b"M100" in content
    for personal in (b"Suzuki", b"Tanaka", b"SN0001", b"@"):
        assert personal not in content, personal
    assert RevealLog.objects.count() == 0
    assert to.stat().st_mode & 0o777 == 0o600


def test_every_column_is_in_a_line(tmp_path: Path) -> None:
    run(str(tmp_path / "c.jsonl"), "--queue", "to_review")
    rows = [json.loads(line) for line in (tmp_path / "c.jsonl").read_text().splitlines()]
    assert len(rows) == 2
    assert tuple(rows[0]) == COLUMNS
    assert (rows[0]["recall"], rows[0]["verdict"], rows[0]["place"]) == (
        "m100",
        "affected",
        "owner",
    )


def test_personal_data_needs_a_reason_and_is_in_the_log(tmp_path: Path, world: World) -> None:
    to = tmp_path / "c.csv"
    refused = run(str(to), "--with-personal-data")
    assert (refused.exit_code, to.exists(), RevealLog.objects.count()) == (2, False, 0)
    assert run(str(to), "--with-personal-data", "--reason", "court-order-7").exit_code == 0
    head, first, second = to.read_text("utf-8-sig").splitlines()
    assert tuple(head.split(",")) == COLUMNS + PERSONAL
    assert "'=cmd Suzuki" in first  # inert in a spreadsheet
    assert "SN0002" in second
    looks = RevealLog.objects.all()
    assert {(look.why, look.field) for look in looks} == {("court-order-7", "contact")}
    assert {look.person_id for look in looks} == {
        world.unit(serial).claim.person_id for serial in ("SN0001", "SN0002")
    }


def test_an_ending_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    assert run(str(tmp_path / "claims.pdf")).exit_code == 2
