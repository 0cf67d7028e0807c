"""Recognise a column by what people call it, in three languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from kaishu.editions.imports.errors import ColumnMissing, ColumnUnclear

HEADER_WITHIN = 20  # rows: a title, a date and an empty line often stand above the names
SHOWN = 12

_DROPPED = re.compile(r"[\s_\-./:;#()\[\]*'\"]+")
_SERIAL = frozenset(
    """
    serial serials serialno serialnos serialnum serialnumber serialnumbers serialcode sn sns snno
    sncode unitserial deviceserial productserial
    シリアル シリアル番号 シリアルナンバー シリアルno シリアルコード 製造番号 機番 個体番号 s番号
    序列号 序列号码 序號 序列號 序列號碼 产品序列号 商品序列号 機身號碼 机身号 机身号码 sn码 sn号
    """.split()  # noqa: SIM905 (a list of words reads best as words)
)


def folded(name: str) -> str:
    """Return a column's name without width, case, spaces and signs: "Ｓ／Ｎ　" is "sn"."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", name).strip().lstrip("\ufeff").lower())


def is_serial(name: str) -> bool:
    """Say whether a column of this name holds serials."""
    return folded(name) in _SERIAL


def serial_column(names: Sequence[str], wanted: str = "") -> int:
    """Return which column holds the serials: the wanted one, else the one whose name says so.

    Raises ColumnMissing or ColumnUnclear, each with the names that were found.
    """
    found = [
        place
        for place, name in enumerate(names)
        if (folded(name) == folded(wanted) if wanted else is_serial(name))
    ]
    shown = ", ".join(name.strip()[:40] for name in names[:SHOWN] if name.strip())
    if not found:
        raise ColumnMissing(columns=shown)
    if len(found) > 1:
        raise ColumnUnclear(columns=", ".join(names[place].strip()[:40] for place in found))
    return found[0]


def has_serial_column(names: Sequence[str], wanted: str = "") -> bool:
    """Say whether a row of cells looks like the row of names."""
    return any(folded(name) == folded(wanted) if wanted else is_serial(name) for name in names)
