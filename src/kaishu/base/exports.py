"""Give any list of a staff page as CSV or XLSX: streamed, and inert in a spreadsheet.

A cell that a spreadsheet would read as a formula is written so that it is text (OWASP: CSV
injection). CSV is UTF-8 with a byte order mark, because Excel guesses wrong without one.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation

FORMATS = ("csv", "xlsx")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM = "\ufeff"
SHEET_ROWS = 1_048_576  # what one sheet of an XLSX file holds
Row = Sequence[object]


def offered(
    request: HttpRequest, *, name: str, header: Sequence[str], rows: Iterable[Row]
) -> HttpResponseBase | None:
    """Return the list as the file that `?as=csv` or `?as=xlsx` asks for, else None.

    `rows` is read only then, and once; `name` is the file's name without its ending.
    """
    wanted = request.GET.get("as", "")
    if wanted not in FORMATS:
        return None
    return (
        csv_response(name, header, rows) if wanted == "csv" else xlsx_response(name, header, rows)
    )


def csv_response(name: str, header: Sequence[str], rows: Iterable[Row]) -> HttpResponseBase:
    """Return rows as a streamed CSV file.

    Rows are made while they are sent, when the request's language is over: each is made in it.
    """
    lines = _in_language(csv_lines(header, rows), translation.get_language())
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    return _named(response, f"{name}.csv")


def xlsx_response(name: str, header: Sequence[str], rows: Iterable[Row]) -> HttpResponseBase:
    """Return rows as an XLSX file, written row by row to a temporary file and sent from there."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    write_xlsx(file, header, rows)
    file.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _named(FileResponse(file, content_type=kind), f"{name}.xlsx")


def csv_lines(header: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of a CSV file, each with its end."""
    writer = csv.writer(_Echo())
    yield BOM + writer.writerow([_inert(cell) for cell in header])
    for row in rows:
        yield writer.writerow([_inert(cell) for cell in row])


def write_xlsx(file: BinaryIO, header: Sequence[str], rows: Iterable[Row]) -> None:
    """Write rows as one sheet; more than a sheet holds goes on in the next."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True})
        sheet, line = None, SHEET_ROWS
        for row in rows:
            if sheet is None or line >= SHEET_ROWS:
                sheet, line = _sheet(book, header, bold), 1
            _write_row(sheet, line, row)
            line += 1
        if sheet is None:
            _sheet(book, header, bold)


def plain(value: object) -> str | int | float | Decimal:
    """Return a cell as what a file holds: a whole number, or text; times are ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


class _Echo:
    """A file that hands each written line back, so that csv.writer can stream."""

    def write(self, line: str) -> str:
        return line


def _in_language(lines: Iterator[str], code: str | None) -> Iterator[bytes]:
    while True:
        with translation.override(code):
            line = next(lines, None)
        if line is None:
            return
        yield line.encode()


def _inert(value: object) -> str | int | float | Decimal:
    cell = plain(value)
    unsafe = isinstance(cell, str) and cell.startswith(FORMULA_STARTS)
    return f"'{cell}" if unsafe else cell


def _sheet(book: xlsxwriter.Workbook, header: Sequence[str], bold: Any) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for column, cell in enumerate(header):
        sheet.write_string(0, column, cell, bold)
        sheet.set_column(column, column, max(12, min(40, len(cell) + 2)))
    return sheet


def _write_row(sheet: Any, line: int, row: Row) -> None:
    for column, value in enumerate(row):
        cell = plain(value)
        if isinstance(cell, str):
            sheet.write_string(line, column, cell)  # a string is never a formula here
        else:
            sheet.write_number(line, column, float(cell))


def _named(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
