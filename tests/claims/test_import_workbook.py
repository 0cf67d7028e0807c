"""A workbook whose texts stand in their cells is read like one that shares them."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest
import xlsxwriter

from kaishu.claims.imports.table import read_table

ROWS = (("Name", "Serial", "E-mail"), ("Sato", "SN0001", "a@b"), ("Suzuki", "SN0002", "c@d"))


@pytest.mark.parametrize("in_cells", [True, False])
def test_a_workbook_is_read_with_and_without_shared_texts(in_cells: bool) -> None:
    kept = BytesIO()
    book = xlsxwriter.Workbook(kept, {"constant_memory": in_cells})
    sheet = book.add_worksheet()
    for number, row in enumerate(ROWS):
        sheet.write_row(number, 0, row)
    book.close()
    content = kept.getvalue()
    if in_cells:
        content = _without_shared(content)
    table = read_table(content)
    assert table.header == ROWS[0]
    assert [cells for _, cells in table.rows] == list(ROWS[1:])


def _without_shared(content: bytes) -> bytes:
    """Leave out the empty file of shared texts, as other writers do."""
    kept = BytesIO()
    with ZipFile(BytesIO(content)) as there, ZipFile(kept, "w") as made:
        for name in there.namelist():
            if name != "xl/sharedStrings.xml":
                made.writestr(name, there.read(name))
    return kept.getvalue()
