"""Read the first sheet of a workbook that has rows, every cell as text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kaishu.editions.imports.cells import Cells, is_number, number_text
from kaishu.editions.imports.errors import FileHasNoRows
from kaishu.editions.imports.unzip import Package
from kaishu.editions.imports.workbook import ANY_CELL, ROW_END, column_number, refuse_unusual

MOST_COLUMNS = 400


def rows_of_first(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield (row number, texts) of the first sheet with cells; a number that lost digits as it
    stands in the file ("1.234567890123457E+16"). Raises FileBroken, FileHasNoRows.
    """
    package = Package(path)
    cells = Cells(package)
    for sheet in package.sheets:
        found = False
        for block in package.blocks(sheet.path, ROW_END):
            refuse_unusual(block)
            for row in _rows(block, cells):
                found = True
                yield row
        if found:
            return
    raise FileHasNoRows()


def _rows(block: bytes, cells: Cells) -> Iterator[tuple[int, tuple[str, ...]]]:
    found = ANY_CELL.findall(block)
    texts = cells.texts([(attributes, inner) for _, _, attributes, inner in found]).to_list()
    row: dict[int, str] = {}
    now = 0
    for (letters, number, attributes, _), text in zip(found, texts, strict=True):
        if int(number) != now:
            if row:
                yield now, _flat(row)
            row, now = {}, int(number)
        place = column_number(letters)
        if place <= MOST_COLUMNS:
            row[place] = number_text(text)[0] if text and is_number(attributes) else text or ""
    if row:
        yield now, _flat(row)


def _flat(row: dict[int, str]) -> tuple[str, ...]:
    return tuple(row.get(place, "") for place in range(1, max(row) + 1))
