"""Read the columns of one sheet of a workbook, a megabyte at a time, each cell as its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from kaishu.editions.imports import names
from kaishu.editions.imports.cells import Cells, is_formula_without_value, is_number
from kaishu.editions.imports.errors import ColumnMissing, FileBroken, FileHasNoRows, SheetMissing
from kaishu.editions.imports.numbers import digits_lost, whole
from kaishu.editions.imports.unzip import Package, Sheet
from kaishu.editions.imports.workbook import ANY_CELL, ROW_END, column_number, refuse_unusual
from kaishu.supply.links import merges
from kaishu.supply.links.sources import BAD_ROWS, Piece, places

_BOOK, _COUNTS_FROM_1904 = "xl/workbook.xml", b'date1904="1"'
_DAYS_1904 = 1462
_DAYS = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")
LAST_ROW = 1 << 20  # of a sheet
_NUMBERS = ("time", "quantity", "child_quantity")  # numbers are what they should be


def top(package: Package, cells: Cells, sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows in which names may stand, each as wide as its last cell."""
    block = next(iter(package.blocks(sheet.path, ROW_END)), b"")
    refuse_unusual(block)
    rows: dict[int, dict[int, str]] = {}
    for name, row, attributes, inner in ANY_CELL.findall(block):
        if int(row) > names.HEADER_WITHIN:
            break
        text = cells.texts([(attributes, inner)])[0] or ""
        rows.setdefault(int(row), {})[column_number(name)] = text.strip()
    for number, found in sorted(rows.items()):
        yield number, [found.get(place, "") for place in range(1, max(found) + 1)]


class WorkbookTable:
    """An XLSX file: the sheet that was named, or the first one whose columns fit."""

    kind = "xlsx"

    def __init__(self, path: Path, *, wanted: str, sheet: str = "") -> None:
        self._package = Package(path)
        self._cells = Cells(self._package)
        self.about = 0
        shown = ""
        sheets = [each for each in self._package.sheets if sheet in ("", each.name)]
        if not sheets:
            every = ", ".join(each.name for each in self._package.sheets[: names.SHOWN])
            raise SheetMissing(sheet=sheet, sheets=every)
        for each in sheets:
            for row, found in top(self._package, self._cells, each):
                if names.has_serial_column(found, wanted):
                    self.sheet, self.row, self.names = each, row, found
                    return
                shown = shown or ", ".join(name[:40] for name in found if name)
        if not shown:
            raise FileHasNoRows()
        raise ColumnMissing(columns=shown[:400])

    def pieces(self, columns: Mapping[str, str]) -> Iterator[Piece]:
        """Yield the rows. Raises ColumnsMissing, FileBroken."""
        wanted = places(self.names, columns)
        from_1904 = any(_COUNTS_FROM_1904 in part for part in self._package.blocks(_BOOK, b">"))
        merged = merges.inside(self._package, self.sheet, self.row, wanted)
        for block in self._package.blocks(self.sheet.path, ROW_END):
            refuse_unusual(block)
            piece = self._piece(block, wanted, _DAYS_1904 if from_1904 else 0, merged)
            if piece is not None:
                yield piece

    def _piece(
        self, block: bytes, wanted: Mapping[str, int], days: int, merged: merges.Merged
    ) -> Piece | None:
        letters = {place + 1: word for word, place in wanted.items()}
        cells = [
            (letters[column], int(row), attributes, inner)
            for name, row, attributes, inner in ANY_CELL.findall(block)
            if int(row) > self.row and (column := column_number(name)) in letters
        ]
        if not cells:
            return None
        if max(cell[1] for cell in cells) > LAST_ROW:  # no program writes more of them
            raise FileBroken(detail="XLSX")
        texts = self._cells.texts([cell[2:] for cell in cells]).to_list()
        bad: dict[int, tuple[str, str]] = {}
        for place, (word, row, attributes, inner) in enumerate(cells):
            typed = texts[place] or ""
            if is_formula_without_value(inner):
                bad[row] = ("link_row_formula", "")
            elif typed and is_number(attributes):
                if word not in _NUMBERS and digits_lost(typed):
                    bad[row] = ("link_row_digits_lost", typed)
                texts[place] = _day(typed, days) if word == "time" else whole(typed)
        said = {(cell[0], cell[1]) for place, cell in enumerate(cells) if texts[place]}
        for row in merged.of(dict.fromkeys(cell[1] for cell in cells), said):
            bad.setdefault(row, ("link_row_merged", ""))
        long = pl.DataFrame(
            {
                "row": [cell[1] for cell in cells],
                "word": [cell[0] for cell in cells],
                "text": texts,
            },
            schema={"row": pl.UInt32, "word": pl.String, "text": pl.String},
        )
        wide = long.pivot("word", index="row", values="text", aggregate_function="first")
        missing = [
            pl.lit(None, pl.String).alias(word) for word in wanted if word not in wide.columns
        ]
        frame = wide.with_columns(missing).select("row", *wanted)
        said_any = pl.any_horizontal(pl.exclude("row").str.strip_chars().fill_null("") != "")
        return Piece(
            frame.filter(said_any & ~pl.col("row").is_in(list(bad))),
            pl.DataFrame(
                [(row, self.sheet.name, code, text) for row, (code, text) in bad.items()],
                schema=BAD_ROWS,
                orient="row",
            ),
            self.sheet.name,
        )


def _day(text: str, days: int) -> str:
    """Return the day that a number cell counts to, as text; anything else as it is.

    1 is 1 January 1900, in a program that believed in 29 February 1900.
    """
    from datetime import datetime, timedelta

    if len(text.partition(".")[0]) > 6 or not _DAYS.fullmatch(text):
        return whole(text)
    seconds = round((float(text) + days) * 86400)
    moment = datetime(1899, 12, 30) + timedelta(seconds=seconds)  # noqa: DTZ001 (local time)
    return moment.strftime("%Y-%m-%d %H:%M:%S" if seconds % 86400 else "%Y-%m-%d")
