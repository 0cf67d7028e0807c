"""`kaishu trace`: networks are opened and listed."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from kaishu.cli import main
from kaishu.supply.models import LinkFile, Network


def run(*words: str) -> Result:
    return CliRunner().invoke(main.kaishu, ["trace", *words])


def test_a_network_is_opened_once_and_listed(db: None) -> None:
    first = run("open", "acme-jp", "Acme Japan and its suppliers")
    again = run("open", "acme-jp", "another name")
    assert (first.exit_code, first.output) == (0, "acme-jp: Acme Japan and its suppliers\n")
    assert again.output == first.output
    assert Network.objects.count() == 1
    assert run("networks").output.split()[:3] == ["acme-jp", "Acme", "Japan"]


def test_a_name_that_no_address_can_hold_is_refused(db: None) -> None:
    refused = run("open", "Acme Japan")
    assert refused.exit_code == 1
    assert getattr(refused.exception, "code", "") == "network_name_wrong"
    assert not Network.objects.exists()


def test_files_are_loaded_built_listed_and_taken_back(
    db: None, settings: object, tmp_path: Path
) -> None:
    settings.KAISHU_DATA_DIR = tmp_path / "data"  # type: ignore[attr-defined]
    file, bad = tmp_path / "made.csv", tmp_path / "bad.csv"
    file.write_text(
        "parent,child,time\n/x/item/C/lot/L1,/x/item/P/unit/1,2025-03-01\n"
        "/x/item/C/lot/L1,/x/item/P/unit/2,yesterday\n"
    )
    run("open", "acme")
    words = ("load", str(file), "--act", "made", "--bad", str(bad))
    tried = run(*words, "--dry-run")
    assert (tried.exit_code, tried.stdout) == (1, "made.csv: 1 of 2 rows would be kept (1 bad).\n")
    loaded = run(*words)
    number = LinkFile.objects.get().pk
    assert loaded.stdout == f"made.csv: 1 of 2 rows kept as file {number} (1 bad).\n"
    assert loaded.stderr.startswith("made.csv row 3: “yesterday” is no time")
    assert (
        bad.read_text("utf-8-sig").splitlines()[1].startswith('made.csv,3,"",link_row_time,yester')
    )
    assert run(*words).stdout == f"made.csv: known already, as file {number}.\n"
    assert run("build").stdout.startswith("acme: 2 things, 1 acts, 2 links, ")
    assert "2 things, 1 acts" in run("networks").stdout
    taken = run("void", str(number), "--reason", "test")
    assert taken.stdout == "made.csv is taken back. kaishu trace build acme\n"
    assert "taken back: test" in run("files").stdout
