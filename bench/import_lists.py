"""Time the reading of a long serial list beside what only opens the same file and checks nothing.

    python -m bench.import_lists [--rows 1200000] [--rounds 5]

Some rows are written in groups or small letters, some repeat, some are wrong: each must be found.
Memory is the peak of a process of its own that reads the list once, less what it had before.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from bench import common
from bench.eligibility import ALPHABET, make_serials
from kaishu.core.index import Listing, build
from kaishu.core.recall import SerialFormat
from kaishu.editions.imports.pieces import BadRow
from kaishu.editions.imports.reader import ListRead, open_list, read_serials

FORM = SerialFormat(
    code="brand", alphabet=ALPHABET, lengths=(16,), prefix="A", confusions={"O": "0", "I": "1"}
)
GOALS = {"CSV": 6.0, "XLSX": 8.0, "Parquet": 5.0}
BARE = {"CSV": "polars reads it", "XLSX": "unpacking it", "Parquet": "polars reads it"}
MEMORY = 250.0
SHEET_ROWS = 1_000_000
SHEETS = "xl/worksheets/sheet{}.xml"
BOOK = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{}</sheets>
</workbook>"""
RELATIONS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}
</Relationships>"""


@dataclass(frozen=True)
class Expected:
    """What the list holds: how many different units, bad rows and repetitions."""

    serials: int
    bad: int
    twice: int


def make_rows(rows: int) -> tuple[list[str], Expected]:
    """Return the column as somebody wrote it: 1 % in groups, 1 % small, 0.1 % wrong or repeated."""
    random = np.random.default_rng(common.SEED)
    texts = [serial.decode() for serial in make_serials(rows).tolist()]
    places = random.permutation(rows - 1)[: rows // 50] + 1
    wrong, groups, small = np.split(places, [rows // 500, rows // 100])
    for place in groups.tolist():
        text = texts[place]
        texts[place] = "-".join(text[start : start + 4] for start in range(0, 16, 4))
    for place in small.tolist():
        texts[place] = texts[place].lower()
    twice, bad = np.split(wrong, [len(wrong) // 2])
    for place in bad.tolist():
        texts[place] = texts[place][:-1] + "?"
    for place in twice.tolist():
        texts[place] = texts[0]
    return texts, Expected(rows - len(wrong), len(bad), len(twice))


def write_files(folder: Path, texts: list[str]) -> dict[str, Path]:
    """Write the list as a table of five columns in each kind of file."""
    count = len(texts)
    frame = pl.DataFrame(
        {
            "no": np.arange(count),
            "model": ["A1263"] * count,
            "serial": texts,
            "made": ["2024-03-01"] * count,
            "colour": ["black"] * count,
        }
    )
    files = {"CSV": folder / "l.csv", "XLSX": folder / "l.xlsx", "Parquet": folder / "l.parquet"}
    frame.write_csv(files["CSV"])
    frame.write_parquet(files["Parquet"])
    write_workbook(files["XLSX"], texts)
    return files


def write_workbook(path: Path, texts: list[str]) -> None:
    """Write the table as spreadsheet programs do: texts kept once, beside the sheets."""
    words = ["no", "model", "serial", "made", "colour", "A1263", "2024-03-01", "black"]
    kept = [*words, *texts]
    place = {text: number for number, text in enumerate(kept)}
    parts = [texts[start : start + SHEET_ROWS] for start in range(0, len(texts), SHEET_ROWS)]
    numbers = range(1, len(parts) + 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as book:
        tabs = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r{n}"/>' for n in numbers)
        book.writestr("xl/workbook.xml", BOOK.format(tabs))
        links = (f'<Relationship Id="r{n}" Target="worksheets/sheet{n}.xml"/>' for n in numbers)
        book.writestr("xl/_rels/workbook.xml.rels", RELATIONS.format("".join(links)))
        with book.open("xl/sharedStrings.xml", "w") as file:
            file.write(b"<sst>")
            for start in range(0, len(kept), 100_000):
                some = kept[start : start + 100_000]
                file.write("".join(f"<si><t>{text}</t></si>" for text in some).encode())
            file.write(b"</sst>")
        for number, part in enumerate(parts, start=1):
            with book.open(SHEETS.format(number), "w") as file:
                file.write(sheet(part, place, (number - 1) * SHEET_ROWS).encode())


def sheet(part: list[str], place: dict[str, int], before: int) -> str:
    """Return one sheet's XML; `before` rows stand in the sheets before it."""
    head = "".join(f'<c r="{c}1" t="s"><v>{n}</v></c>' for n, c in enumerate("ABCDE"))
    rows = [
        f'<row r="{r}"><c r="A{r}"><v>{before + r - 2}</v></c><c r="B{r}" t="s"><v>5</v></c>'
        f'<c r="C{r}" t="s"><v>{place[text]}</v></c><c r="D{r}" t="s"><v>6</v></c>'
        f'<c r="E{r}" t="s"><v>7</v></c></row>'
        for r, text in enumerate(part, start=2)
    ]
    size = f'<dimension ref="A1:E{len(part) + 1}"/>'
    data = f'<sheetData><row r="1">{head}</row>{"".join(rows)}</sheetData>'
    return f"<worksheet>{size}{data}</worksheet>"


def read(path: Path, expected: Expected) -> ListRead:
    """Read the list as the house does, and hold what came of it against the truth."""
    bad: list[BadRow] = []
    found = read_serials(
        source=open_list(path), form=FORM, note=bad.append, progress=lambda rows: None
    )
    assert Expected(len(found.serials), found.bad, found.twice) == expected, found
    assert len(bad) == expected.bad + expected.twice
    return found


def bare(kind: str, path: Path) -> None:
    """Do the least that anybody has to do with such a file."""
    if kind == "CSV":
        pl.read_csv(path)
    elif kind == "Parquet":
        pl.read_parquet(path)
    else:
        with zipfile.ZipFile(path) as book:
            for name in book.namelist():
                with book.open(name) as file:
                    while file.read(1 << 20):
                        pass


def bytes_a_row(path: Path, rows: int) -> float:
    """Return the memory that reading takes for a row, from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.import_lists", "--peak", str(path)],
        cwd=common.ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout) / rows


def peak(path: Path) -> None:
    """Read one list and print how many bytes more the process ever had."""
    before = most_memory()
    read_serials(
        source=open_list(path), form=FORM, note=lambda row: None, progress=lambda rows: None
    )
    print(most_memory() - before)


def most_memory() -> int:
    """Return the most memory that this program ever had, in bytes (Linux)."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def main() -> None:
    """Make the files, read each by both sides in turn, print the tables."""
    given = common.arguments(__doc__, rows=1_200_000)
    texts, expected = make_rows(given.rows)
    with tempfile.TemporaryDirectory() as name:
        files = write_files(Path(name), texts)
        del texts
        sides = {}
        for kind, path in files.items():
            sides[f"{kind} bare"] = lambda kind=kind, path=path: common.seconds(
                lambda: bare(kind, path)
            )
            sides[kind] = lambda path=path: common.seconds(lambda: read(path, expected))
        found = read(files["Parquet"], expected).serials
        listing = Listing(rule=1, alphabet=ALPHABET, lengths=(16,), serials=found)
        sides["index"] = lambda: common.seconds(lambda: build([listing]))
        times = common.in_turn(sides, rounds=given.rounds)
        memory = {kind: bytes_a_row(path, given.rows) for kind, path in files.items()}
        size = {kind: path.stat().st_size / 1e6 for kind, path in files.items()}
    print(tables(given.rows, times, memory, size))


def tables(
    rows: int, times: dict[str, float], memory: dict[str, float], size: dict[str, float]
) -> str:
    """Return the figures as Markdown."""
    lines = [
        (
            f"{kind}, {size[kind]:.0f} MB",
            BARE[kind],
            f"{times[f'{kind} bare']:.2f}",
            f"{times[kind]:.2f}",
            common.short(times[kind] / times[f"{kind} bare"]),
            f"{rows / times[kind]:,.0f}",
            f"{memory[kind]:.0f}",
        )
        for kind in GOALS
    ]
    head = (f"{rows:,} rows", "bare", "bare s", "kaishu s", "× bare", "rows /s", "bytes a row")
    reach = [
        common.Goal(
            what=f"{kind}: times bare",
            goal=goal,
            figure=times[kind] / times[f"{kind} bare"],
            most=True,
        )
        for kind, goal in GOALS.items()
    ]
    reach += [
        common.Goal(what=f"{kind}: bytes a row", goal=MEMORY, figure=memory[kind], most=True)
        for kind in GOALS
    ]
    index = f"Building the index of these serials afterwards takes {times['index']:.2f} s."
    return f"{common.table(head, lines)}\n\n{index}\n\n{common.goals(reach)}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peak"]:
        peak(Path(sys.argv[2]))
    else:
        main()
