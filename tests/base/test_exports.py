"""Lists as files: the same rows, as text that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.test import RequestFactory
from django.utils import translation

from kaishu.base import exports

HEADER = ("参照番号", "amount", "note")
ROWS = (
    ("123456789012", 3990, '=HYPERLINK("http://x")'),
    ("𠮷田", -5, "@SUM(A1)"),
    ("", 0, "+1\n2, 3"),
)


def _get(kind: str, rows: object = ROWS) -> bytes:
    request = RequestFactory().get("/", {"as": kind})
    answer = exports.offered(request, name="list", header=HEADER, rows=rows)  # type: ignore[arg-type]
    assert answer is not None
    assert answer["Content-Disposition"] == f'attachment; filename="list.{kind}"'
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    for close in answer._resource_closers:
        close()
    return content


def test_csv_has_a_byte_order_mark_and_inert_formulas() -> None:
    content = _get("csv")
    assert content.startswith("\ufeff".encode())
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert read[0] == list(HEADER)
    assert [row[2] for row in read[1:]] == ["'" + str(row[2]) for row in ROWS]
    assert [row[1] for row in read[1:]] == ["3990", "-5", "0"]


def test_rows_speak_the_language_of_the_request_though_they_are_sent_later() -> None:
    with translation.override("ja"):
        request = RequestFactory().get("/", {"as": "csv"})
        rows = ([translation.get_language()] for _number in range(2))
        answer = exports.offered(request, name="list", header=["x"], rows=rows)
    content = b"".join(answer.streaming_content)  # type: ignore[union-attr]
    assert content.decode("utf-8-sig").split() == ["x", "ja", "ja"]


def test_xlsx_holds_numbers_as_numbers_and_formulas_as_text() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(_get("xlsx"))).active
    assert sheet is not None
    cells = [list(row) for row in sheet.iter_rows(min_row=2)]
    assert [row[1].value for row in cells] == [3990, -5, 0]
    assert [row[2].value for row in cells] == [row[2] for row in ROWS]
    assert {row[2].data_type for row in cells} == {"s"}


def test_a_page_without_as_reads_no_rows() -> None:
    def rows() -> object:
        raise RuntimeError
        yield

    request = RequestFactory().get("/", {"as": "pdf"})
    assert exports.offered(request, name="x", header=HEADER, rows=rows()) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("start", exports.FORMULA_STARTS)
def test_every_start_of_a_formula_is_made_inert(start: str) -> None:
    lines = list(exports.csv_lines(["x"], [[f"{start}1+1"]]))
    assert next(csv.reader(io.StringIO(lines[1], newline="")))[0] == f"'{start}1+1"


def test_cells_are_plain() -> None:
    values = (None, True, 3, date(2026, 1, 2), datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
    assert [exports.plain(value) for value in values] == [
        "",
        "1",
        3,
        "2026-01-02",
        "2026-01-02T03:04:00+00:00",
    ]


def test_money_is_a_number_of_its_currency() -> None:
    lines = list(exports.csv_lines(["x"], [[Decimal("3513.00"), Decimal("-5")]]))
    assert lines[1].strip() == "3513.00,-5"
    file = io.BytesIO()
    exports.write_xlsx(file, ["x"], [[Decimal("3513.00")]])
    sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    assert sheet["A2"].value == 3513
