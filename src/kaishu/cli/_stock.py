"""Read a stock list for `kaishu check`: CSV in a usual encoding, or a workbook's first sheet.

No Django, and no numbers guessed: a cell is the text that stands in it.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from kaishu.core.answer import Inspection
from kaishu.core.dates import Made, made_from
from kaishu.core.errors import Refusal

NAMES = tuple(field.name for field in fields(Inspection))
DATES: Mapping[str, Callable[[str], Made]] = {"bought": date.fromisoformat, "made_on": made_from}
IN_ORDER = ("model", "serial", "colour", "bought", "market")  # of a list without names
_ENCODINGS = ("utf-8-sig", "cp932", "gb18030")
_ALSO = {
    "model": "modelno modelnumber modelcode product 型番 モデル 品番 型号 產品型號 产品型号",
    "serial": "serialno serialnumber sn シリアル シリアル番号 製造番号 序列号 产品序列号 sn码",
    "colour": "color 色 カラー 颜色",
    "bought": "boughton purchased purchasedate 購入日 购买日期",
    "market": "country 販売国 市場 市场",
    "channel": "shop 販売経路 渠道",
    "variant": "jan sku ean バーコード 条码",
    "batch": "lot ロット 批次 批号",
    "made_on": "madeon productiondate 製造日 生产日期",
    "label": "ラベル 标签",
}
_COLUMNS = {word: name for name, also in _ALSO.items() for word in (name, *also.split())}


class ListUnreadable(Refusal):
    """This file is no list of models and serials that can be read."""

    code = "stock_unreadable"


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what it says of a unit, or the text that is no date like 2024-03-18."""

    number: int
    model: str
    serial: str
    inspection: Inspection | None
    not_a_date: str = ""


class Row(NamedTuple):
    """One row as it stands: `rest` has the other facts by name, as many as the list has columns."""

    number: int
    model: str
    serial: str
    rest: tuple[tuple[str, str], ...]

    def line(self) -> Line:
        """Return what the row says of a unit."""
        said: dict[str, Any] = {}
        for name, text in self.rest:
            if name not in DATES:
                said[name] = text
                continue
            try:
                said[name] = DATES[name](text)
            except ValueError:
                return Line(self.number, self.model, self.serial, None, text)
        inspection = Inspection(model=self.model, serial=self.serial, **said)
        return Line(self.number, self.model, self.serial, inspection)


def rows_in(source: str) -> Iterator[Row]:
    """Yield the rows of a list; `-` is stdin. Without names the columns stand in a fixed order."""
    names: tuple[str, ...] | None = None
    for number, cells in _rows(source):
        words = [cell.strip() for cell in cells]
        if names is None:
            known = tuple(_COLUMNS.get(_folded(word), "") for word in words)
            names = known if "model" in known else IN_ORDER
            place = {name: at for at, name in enumerate(names) if name}
            model, serial = place.pop("model"), place.pop("serial", len(names))
            others = sorted(place.items(), key=lambda each: each[1])
            if names is known:
                continue
        if not any(words):
            continue
        width = len(words)
        rest = (
            tuple((name, words[at]) for name, at in others if at < width and words[at])
            if others
            else ()
        )
        yield Row(
            number,
            words[model] if model < width else "",
            words[serial] if serial < width else "",
            rest,
        )


def rows_about(source: str) -> int:
    """Return about how many rows a file has, for a bar; 0 where nobody can know."""
    path = Path(source)
    if source == "-" or not path.is_file() or _is_workbook(path):
        return 0
    with path.open("rb") as file:
        head = file.read(1 << 16)
    return int(path.stat().st_size / max(len(head), 1) * head.count(b"\n"))


def _rows(source: str) -> Iterator[tuple[int, Iterable[str]]]:
    if source == "-":
        yield from _numbered(sys.stdin)
        return
    path = Path(source)
    if _is_workbook(path):
        from kaishu.editions.imports.sheets import rows_of_first

        yield from rows_of_first(path)
        return
    with path.open("rb") as file:
        text = io.TextIOWrapper(file, encoding=_encoding(path), newline="")
        yield from _numbered(text)


def _numbered(text: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    try:
        reader = csv.reader(text)
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise ListUnreadable(what=str(error)[:80]) from error


def _encoding(path: Path) -> str:
    """Return the first encoding that fits the whole file, read a megabyte at a time."""
    for encoding in _ENCODINGS:
        with path.open(encoding=encoding, newline="") as file:
            try:
                while file.read(1 << 20):
                    pass
            except UnicodeDecodeError:
                continue
            return encoding
    raise ListUnreadable(what=path.name[:80])


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def _folded(word: str) -> str:
    kept = word.lower().replace("_", "").replace(" ", "").replace("-", "").replace(".", "")
    return {"madeon": "made_on"}.get(kept, kept)
