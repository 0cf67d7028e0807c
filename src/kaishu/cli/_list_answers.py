"""Answer a stock list quickly: what many lines share is worked out once, in the same words.

Lines that say the same of everything but the serial make a group. In a group only what the rules
see in a serial can differ, so one line for each such difference is answered as any single unit is,
and the others get its words with their own serial. Whatever does not fit is answered by itself.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from io import StringIO
from itertools import islice
from typing import Any

from kaishu.cli._stock import Line, Row
from kaishu.core.answer import Inspection, find_product
from kaishu.core.many import FEW, Signatures
from kaishu.core.pack import Pack
from kaishu.core.recall import Product, SerialFormat
from kaishu.core.serials import read_plainly

HEAD = ("model", "serial", "answer", "reason", "recall", "edition", "date", "sentence")
AT_ONCE = 1 << 14  # lines that are looked up together
KEPT = 1 << 15  # answers remembered: a stock list repeats itself
# What stands for the serial in words that many units share: as it was read, and as it was typed.
ANY_SERIAL, ANY_TYPED = "\x00", "\x01"
_READ_IN_JSON, _TYPED_IN_JSON = json.dumps(ANY_SERIAL)[1:-1], json.dumps(ANY_TYPED)[1:-1]

Says = Callable[[Inspection, bool], Mapping[str, Any]]


class Told:
    """What is written for each line of a group of which the rules see the same."""

    __slots__ = ("_after", "_before", "answer")

    def __init__(self, answer: str, text: str, typed: str, read: str) -> None:
        """Take the words with the two marks in them as this file writes them."""
        self.answer = answer
        before, _, after = text.partition(typed)
        self._before, self._after = before.split(read), after.split(read)

    def line(self, typed: str, serial: str) -> str:
        """Return the line with the serial as it was typed in its cell, as it was read elsewhere."""
        return serial.join(self._before) + typed + serial.join(self._after)


class ListAnswers:
    """Answers the rows of a list in their order.

    `says(inspection, marked)` answers one unit; marked, with `ANY_SERIAL` where its serial stands.
    `bad` answers a line that cannot be read.
    """

    def __init__(
        self,
        packs: Sequence[Pack],
        says: Says,
        bad: Callable[[Line], Mapping[str, Any]],
        *,
        as_json: bool,
        at_once: int = AT_ONCE,
    ) -> None:
        self._at_once = at_once
        self._packs, self._says, self._bad, self._as_json = packs, says, bad, as_json
        self._groups: dict[tuple[Hashable, ...], _Group | None] = {}
        self._signatures: dict[tuple[int, str], Signatures] = {}
        self._single = lru_cache(maxsize=KEPT)(lambda asked: says(asked, False))

    def __call__(self, rows: Iterable[Row]) -> Iterator[list[tuple[str, str]]]:
        """Yield, a stretch of rows at a time, the answer of each and its line of the file."""
        rows = iter(rows)
        while stretch := list(islice(rows, self._at_once)):
            yield self._stretch(stretch)

    def _stretch(self, rows: Sequence[Row]) -> list[tuple[str, str]]:
        if len(self._groups) > KEPT:
            self._groups.clear()
        written: list[tuple[str, str]] = [("", "")] * len(rows)
        waiting: list[_Group] = []
        groups = self._groups
        for at, row in enumerate(rows):
            key = row[1], row[3]
            group = groups[key] if key in groups else self._group(row)
            serial = group.plain(row[2]) if group is not None else None
            if group is None or serial is None:
                written[at] = self._alone(row)
                continue
            if not group.places:
                waiting.append(group)
            group.places.append(at)
            group.serials.append(serial)
        for group in waiting:
            self._together(group, rows, written)
            group.places, group.serials = [], []
        return written

    def _group(self, row: Row) -> _Group | None:
        line = row.line()
        made = None
        if row.model and line.inspection is not None:
            named = [
                (number, pack, product)
                for number, pack in enumerate(self._packs)
                if (product := find_product(pack.recall, row.model)) is not None
            ]
            forms = [pack.recall.serial_format(product) for _no, pack, product in named]
            asked = [self._signature(number, pack, product) for number, pack, product in named]
            made = _Group(forms, asked) if forms else None
        self._groups[row.model, row.rest] = made
        return made

    def _signature(self, number: int, pack: Pack, product: Product) -> Signatures:
        found = self._signatures.get((number, product.model))
        if found is None:
            found = self._signatures[number, product.model] = Signatures(pack, product)
        return found

    def _together(self, group: _Group, rows: Sequence[Row], written: list[tuple[str, str]]) -> None:
        serials = group.serials
        if len(serials) < FEW:
            told = group.few
            seen: Iterable[Hashable] = [
                tuple(each.one(serial) for each in group.asked) for serial in serials
            ]
        else:
            told = group.many
            columns = [each.many(serials) for each in group.asked]
            seen = columns[0] if len(columns) == 1 else zip(*columns, strict=True)
        cell = _quoted if self._as_json else _cell
        for at, serial, signature in zip(group.places, serials, seen, strict=True):
            row = rows[at]
            found = told.get(signature)
            if found is None:
                found = told[signature] = self._told(row)
            typed = row[2]
            line = found.line(typed if typed.isalnum() else cell(typed), serial)
            written[at] = found.answer, f"{line}{row[0]}}}\n" if self._as_json else line

    def _told(self, row: Row) -> Told:
        line = row.line()
        assert line.inspection is not None, "a group can be read"
        said = self._says(line.inspection, True)
        marks = (_TYPED_IN_JSON, _READ_IN_JSON) if self._as_json else (ANY_TYPED, ANY_SERIAL)
        return Told(said["answer"], self._text(said, row.model, ANY_TYPED), *marks)

    def _alone(self, row: Row) -> tuple[str, str]:
        line = row.line()
        said = self._bad(line) if line.inspection is None else self._single(line.inspection)
        text = self._text(said, row.model, row.serial)
        return said["answer"], f"{text}{row.number}}}\n" if self._as_json else text

    def _text(self, said: Mapping[str, Any], model: str, serial: str) -> str:
        """Return a line of CSV, or one of JSON up to its number."""
        if not self._as_json:
            return _csv([model, serial, *(said[name] for name in HEAD[2:])])
        shown = {**said, "model": model, "serial": serial, "line": 0}
        return json.dumps(shown, ensure_ascii=False)[:-2]


def _csv(cells: Sequence[Any]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _cell(text: str) -> str:
    """Return one cell of several as CSV writes it."""
    return _csv(["", text])[1:-1]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


class _Group:
    """Lines that differ in the serial only. `few` and `many` keep what was told by signature.

    `places` and `serials` are the lines of the stretch at hand that are answered together.
    """

    __slots__ = ("_form", "_others", "asked", "few", "many", "places", "serials")

    def __init__(self, forms: Sequence[SerialFormat], asked: Sequence[Signatures]) -> None:
        self._form, *self._others = forms
        self.asked = asked
        self.few: dict[Hashable, Told] = {}
        self.many: dict[Hashable, Told] = {}
        self.places: list[int] = []
        self.serials: list[str] = []

    def plain(self, typed: str) -> str | None:
        """Return the serial where every recall reads the same one at once, else None."""
        serial = read_plainly(typed, self._form)
        for form in self._others:
            if read_plainly(typed, form) != serial:
                return None
        return serial
