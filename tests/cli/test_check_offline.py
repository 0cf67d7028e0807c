"""`kaishu check FILE --pack --trust`: a laptop with one signed file, no database and no Django."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kaishu.cli import main
from kaishu.core import pack as packs
from kaishu.core import pack_file
from kaishu.core.pack import PackCorrupt
from kaishu.core.recall import RuleKind
from kaishu.core.signing import PackForged, PackKeyUnknown, PackUnsigned, Signer
from tests.core.small_recall import PUBLISHED, recall, rule

KEY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
OURS = Signer(public=KEY.public_key().public_bytes_raw(), sign=KEY.sign)
TRUST = ("--trust", OURS.public.hex())
LISTED, OTHER = "A1000000", "A9000000"


@pytest.fixture
def handed(tmp_path: Path) -> Path:
    """Return one file as `kaishu recall pack` writes it."""
    what = recall(rule(1, RuleKind.LIST, file="one.csv"))
    ref = packs.write(
        tmp_path / "packs",
        what,
        1,
        {"one.csv": [LISTED.encode(), b"A2000000"]},
        {"bank.png": b"p"},
        published_at=PUBLISHED,
        sign=OURS,
    )
    out = tmp_path / "bank.kaishu"
    pack_file.wrap(packs.load(tmp_path / "packs" / ref.digest), out)
    return out


def run(*words: object) -> Result:
    return CliRunner().invoke(main.kaishu, ["check", *map(str, words)])


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_list_is_answered_with_edition_date_and_totals(handed: Path, tmp_path: Path) -> None:
    stock = tmp_path / "stock.csv"
    stock.write_text(f"place,Serial No.,Model\nA,{OTHER},M1\nB,{LISTED.lower()},m1\nC,,M1\nD,1,X\n")
    said = run(stock, "--pack", handed, *TRUST)
    assert said.exit_code == 10
    found = rows(said.stdout)
    assert [row["answer"] for row in found] == ["not_affected", "affected", "ask", "no_such_model"]
    assert [row["reason"] for row in found][:2] == ["not_listed", "listed"]
    day = PUBLISHED.date().isoformat()
    assert (found[1]["edition"], found[1]["date"], found[1]["serial"]) == ("1", day, LISTED.lower())
    assert "4 lines: 1 affected · 1 ask · 1 no such model · 1 not affected" in said.stderr
    assert f"By bank-2026 edition 1 of {day}" in said.stderr


def test_a_row_says_what_the_whole_answer_says(handed: Path, tmp_path: Path) -> None:
    stock = tmp_path / "stock.csv"
    units = [LISTED, OTHER, "", "A10O0000", "A9OO0000", "A1", "B1000000", "A1000000?", "X" * 250]
    body = "".join(f"M1,{unit}\nm1,{unit}\nN9,{unit}\n" for unit in units)
    stock.write_text(f"model,serial\n{body}")
    for language in ("ja", "en"):
        more = ("--pack", handed, *TRUST, "--language", language)
        brief = rows(run(stock, *more).stdout)
        whole = [json.loads(line) for line in run(stock, *more, "--json").stdout.splitlines()]
        assert len(brief) == len(whole) == 27
        for row, said in zip(brief, whole, strict=True):
            assert row == {name: str(said[name]) for name in row}


def test_a_workbook_and_the_older_encodings_of_asia_are_read(handed: Path, tmp_path: Path) -> None:
    book = tmp_path / "stock.xlsx"
    with xlsxwriter.Workbook(book) as file:
        sheet = file.add_worksheet()
        for number, line in enumerate([("型番", "製造番号"), ("M1", LISTED), ("M1", OTHER)]):
            sheet.write_row(number, 0, line)
    old = tmp_path / "old.csv"
    old.write_bytes(f"型番,製造番号\nM1,{LISTED}\nM1,{OTHER}\n".encode("cp932"))
    for source in (book, old):
        said = run(source, "--pack", handed, *TRUST)
        assert [row["answer"] for row in rows(said.stdout)] == ["affected", "not_affected"]


def test_one_bad_line_is_a_question_and_the_others_are_answered(
    handed: Path, tmp_path: Path
) -> None:
    stock, out = tmp_path / "stock.csv", tmp_path / "answers.jsonl"
    stock.write_text(f"model,serial,bought\nM1,{OTHER},soon\nM1,{OTHER},2025-01-02\n")
    said = run("--file", stock, "--pack", handed, *TRUST, "--json", "--out", out)
    assert said.exit_code == 11
    bad, good = (json.loads(line) for line in out.read_text().splitlines())
    assert (bad["answer"], bad["reason"], bad["line"]) == ("ask", "stock_not_a_date", 2)
    assert "soon" in bad["sentence"]
    assert good["answer"] == "not_affected"


def test_a_pack_that_nobody_or_a_stranger_signed_is_refused(handed: Path, tmp_path: Path) -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(b"\x08" * 32).public_key().public_bytes_raw()
    said = run("M1", LISTED, "--pack", handed, "--trust", stranger.hex())
    assert isinstance(said.exception, PackKeyUnknown)
    assert said.stdout == ""
    bare = tmp_path / "bare.kaishu"
    with zipfile.ZipFile(handed) as old, zipfile.ZipFile(bare, "w") as new:
        for name in old.namelist():
            if name != "signature.json":
                new.writestr(name, old.read(name))
    assert isinstance(run("M1", LISTED, "--pack", bare, *TRUST).exception, PackUnsigned)
    warned = run("M1", LISTED, "--pack", bare)
    assert (warned.exit_code, "Nobody vouches" in warned.stderr) == (10, True)


@pytest.mark.parametrize("name", ["manifest.json", "listed.index", "pictures/bank.png"])
def test_a_file_with_one_changed_byte_inside_is_refused(
    handed: Path, tmp_path: Path, name: str
) -> None:
    changed = tmp_path / "changed.kaishu"
    with zipfile.ZipFile(handed) as old, zipfile.ZipFile(changed, "w") as new:
        for each in old.namelist():
            raw = bytearray(old.read(each))
            raw[-1] ^= each == name
            new.writestr(each, bytes(raw))
    refused = run("M1", LISTED, "--pack", changed, *TRUST).exception
    assert isinstance(refused, PackForged | PackCorrupt)
    changed.write_bytes(handed.read_bytes()[:-40])
    assert isinstance(run("M1", "1", "--pack", changed, *TRUST).exception, PackCorrupt)


def test_a_file_beside_the_signed_ones_never_reaches_the_disk(handed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(handed, "a") as file:
        file.writestr("../escaped", b"x")
        file.writestr("extra", b"x")
    scratch = tmp_path / "scratch"
    (opened,) = pack_file.open_from(handed, scratch, trusted=frozenset({OURS.public}))
    assert not (tmp_path / "escaped").exists()
    assert sorted(each.name for each in opened.path.iterdir()) == [
        "listed.index",
        "manifest.json",
        "pictures",
        "signature.json",
    ]


def test_of_several_editions_in_a_folder_the_newest_answers(handed: Path, tmp_path: Path) -> None:
    what = recall(rule(1, RuleKind.MODEL))
    packs.write(tmp_path / "packs", what, 2, {}, {}, published_at=PUBLISHED, sign=OURS)
    said = run("M1", OTHER, "--pack", tmp_path / "packs", *TRUST)
    assert (said.exit_code, "edition 2" in said.stdout) == (10, True)


def test_it_loads_neither_django_nor_a_database(handed: Path, tmp_path: Path) -> None:
    stock = tmp_path / "stock.csv"
    stock.write_text(f"model,serial\nM1,{LISTED}\n")
    code = (
        "import sys\nfrom kaishu.cli.main import kaishu\n"
        "try: kaishu(sys.argv[1:])\n"
        "except SystemExit as ended: print(ended.code)\n"
        "foreign = {'django', 'psycopg', 'sqlite3', 'polars', 'pydantic', 'PIL'}\n"
        "print(sorted(foreign & set(sys.modules)))\n"
    )
    words = [sys.executable, "-c", code, "check", str(stock), "--pack", str(handed), *TRUST]
    ran = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.splitlines()[-2:] == ["10", "[]"]
