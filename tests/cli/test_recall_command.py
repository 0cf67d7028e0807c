"""`kaishu recall` says what is wrong, what would change and what was published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pytest_django import Settings

from kaishu.cli.main import kaishu
from kaishu.editions import queries
from kaishu.editions.errors import AloneNeedsReason, RecallFileHasErrors
from kaishu.editions.models import Edition
from tests.editions.harness import Folder, write_example


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Give the documented example as a folder."""
    return write_example(tmp_path / "lamp-jp-2026")


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(kaishu, [str(word) for word in words])


def test_a_good_folder_is_counted_and_exits_with_zero(folder: Folder) -> None:
    result = run("recall", "check", folder.path)
    assert result.exit_code == 0
    assert "Rule 1: L1 by list, 2 serials" in result.output
    assert "Population: at_large 980, unsold 20" in result.output
    assert "0 errors, 1 warnings." in result.output


def test_an_error_is_shown_with_file_line_and_code_and_exits_with_one(folder: Folder) -> None:
    folder.serials("A0000001", "A000000O")
    result = run("recall", "check", folder.path)
    assert result.exit_code == 1
    assert "serials/L1.csv:3: error [row_character] A000000O has the character “O”" in result.output


def test_many_alike_are_cut_short(folder: Folder) -> None:
    folder.serials(*(f"x{number:07}" for number in range(100)))
    result = run("recall", "check", folder.path)
    assert result.output.count("[row_character]") == 21
    assert "serials/L1.csv: … and 80 more [row_character]" in result.output


def test_json_is_data_and_nothing_else(folder: Folder) -> None:
    folder.change('party = "shop"', 'party = "ship"')
    result = run("recall", "check", folder.path, "--json", "--language", "ja")
    said = json.loads(result.output)
    assert (result.exit_code, said["ok"]) == (1, False)
    errors = [found for found in said["problems"] if found["severity"] == "error"]
    assert errors == [
        {
            "file": "recall.toml",
            "line": folder.line("party"),
            "severity": "error",
            "code": "party_unknown",
            "message": "関係先「ship」がありません。ある関係先：shop。",
            "facts": {"party": "ship", "known": "shop"},
        }
    ]


@pytest.mark.django_db
def test_publishing_twice_says_that_nothing_changed(folder: Folder) -> None:
    first = run("recall", "publish", folder.path, "--by", "mori")
    assert first.exit_code == 0, first.output
    edition = queries.current_edition("lamp-jp-2026")
    assert edition is not None
    assert "Published edition 1 of lamp-jp-2026." in first.output
    assert f"Digest {edition.digest}" in first.output
    assert "Books: 2 population entries posted." in first.output
    again = run("recall", "publish", folder.path, "--by", "li")
    assert "Nothing changed: edition 1 already says this." in again.output
    assert "Books: 0 population entries posted." in again.output
    assert Edition.objects.count() == 1


@pytest.mark.django_db
def test_publishing_alone_needs_a_reason_outside_development(
    folder: Folder, settings: Settings
) -> None:
    settings.KAISHU_MODE = "production"
    refused = run("recall", "publish", folder.path, "--by", "mori")
    assert isinstance(refused.exception, AloneNeedsReason)
    assert not Edition.objects.exists()
    run("recall", "publish", folder.path, "--by", "mori", "--alone", "Console out of reach")
    events = queries.recall_row("lamp-jp-2026").events
    assert [(event.reason, event.by) for event in events.all()] == [
        ("first_edition", "mori"),
        ("published_alone: Console out of reach", "mori"),
    ]


@pytest.mark.django_db
def test_publishing_a_folder_with_errors_is_refused(folder: Folder) -> None:
    folder.change('party = "shop"', 'party = "ship"')
    result = run("recall", "publish", folder.path, "--by", "mori")
    assert isinstance(result.exception, RecallFileHasErrors)
    assert "[party_unknown]" in result.output
    assert not Edition.objects.exists()


@pytest.mark.django_db
def test_diff_names_what_would_change(folder: Folder) -> None:
    assert "is not published yet" in run("recall", "diff", folder.path).output
    run("recall", "publish", folder.path, "--by", "mori")
    assert "Nothing changed." in run("recall", "diff", folder.path).output
    folder.serials("A0000001", "A0000003", "A0000004")
    folder.change('phone = "0120-000-000"', 'phone = "0120-111-111"')
    said = run("recall", "diff", folder.path).output
    assert "phone: 0120-000-000 → 0120-111-111" in said
    assert "rule 1 (L1): 2 → 3 serials, 2 added, 1 removed" in said


def test_each_file_is_a_command(folder: Folder) -> None:
    said = run("--help").output
    assert all(f"  {name}" in said for name in ("demo", "recall", "serve"))
    assert "files" in run("demo", "--help").output
    assert run("nonsense").exit_code == 2


@pytest.mark.django_db
def test_a_published_edition_is_handed_out_as_one_signed_file(
    folder: Folder, tmp_path: Path
) -> None:
    assert run("recall", "publish", folder.path, "--by", "mori").exit_code == 0
    out = tmp_path / "lamp.kaishu"
    said = run("recall", "pack", "lamp-jp-2026", "--out", out)
    assert said.exit_code == 0, said.output
    key = said.output.split("key")[1].split()[0]
    assert run("check", "L1", "A0000001", "--pack", out, "--trust", key).exit_code in (10, 11)
    assert run("check", "L1", "A0000003", "--pack", out, "--trust", key).exit_code == 0
