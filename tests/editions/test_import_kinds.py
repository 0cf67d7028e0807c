"""A picture, a PDF or an archive is no list, whatever it is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaishu.claims.imports.table import read_table
from kaishu.editions.imports.errors import FileKindUnknown
from kaishu.editions.imports.pieces import OTHER_KINDS
from kaishu.editions.imports.reader import open_list


@pytest.mark.parametrize("start", OTHER_KINDS)
def test_a_file_of_another_kind_is_refused_by_its_first_bytes(start: bytes, tmp_path: Path) -> None:
    path = tmp_path / "serials.csv"
    path.write_bytes(start + b"serial\n1\n")
    with pytest.raises(FileKindUnknown):
        open_list(path)
    with pytest.raises(FileKindUnknown):
        read_table(path.read_bytes(), "cp932")
