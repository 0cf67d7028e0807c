"""What stands in the cells of a sheet: text kept in the sheet or beside it, numbers, formulas."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

import numpy as np
import polars as pl

from kaishu.editions.imports.errors import FileBroken
from kaishu.editions.imports.numbers import digits_lost, whole
from kaishu.editions.imports.unzip import Package

SHARED = "xl/sharedStrings.xml"
_ITEM = re.compile(rb"<si>(.*?)</si>|<si/>", re.DOTALL)
_PLAIN_ITEM = re.compile(rb"<si><t>([^<]*)</t></si>")
_PHONETIC = re.compile(rb"<rPh\b.*?</rPh>", re.DOTALL)
_TEXT = re.compile(rb"<t(?:\s[^>]*)?>([^<]*)</t>")
_VALUE = re.compile(rb"<v(?:\s[^>]*)?>([^<]*)</v>")
_PLAIN, _PLAIN_END = b"<is><t>", b"</t></is>"
_BESIDE, _NUMBERLESS = b't="s"', (b't="str"', b't="inlineStr"', b't="b"', b't="e"', b't="d"')

Cell = tuple[bytes, bytes]  # the attributes of a cell, and what stands between its tags


class Cells:
    """Reads cells of one workbook; the texts that cells share are loaded at the first need."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._shared: pl.Series | None = None

    def texts(self, cells: Sequence[Cell]) -> pl.Series:
        """Return the text of each cell; a number as it stands in the file."""
        marked = {each for each in {said for said, _ in cells} if _BESIDE in each}
        beside = [place for place, (said, _) in enumerate(cells) if said in marked]
        if len(beside) == len(cells):
            return self._look_up([inner for _, inner in cells])
        texts = series([_own(attributes, inner) for attributes, inner in cells])
        if beside:
            found = self._look_up([cells[place][1] for place in beside])
            texts = texts.scatter(beside, found)
        return texts

    def shared(self, places: Sequence[bytes]) -> pl.Series:
        """Return shared texts by their places, given as digits. Raises FileBroken.

        A workbook whose texts all stand in their cells has no shared ones, and no file of them.
        """
        if not len(places):
            return pl.Series(dtype=pl.String)
        if self._shared is None:
            self._shared = _shared_strings(self._package)
        try:
            return self._shared.gather(np.array(places).astype(np.uint32))
        except (ValueError, OverflowError, pl.exceptions.OutOfBoundsError) as broken:
            raise FileBroken(detail="XLSX") from broken

    def _look_up(self, inners: Sequence[bytes]) -> pl.Series:
        values = [_VALUE.search(inner) for inner in inners]
        return self.shared([value[1] if value else b"" for value in values])


def is_number(attributes: bytes) -> bool:
    """Say whether a cell holds a number (or a date, which is one)."""
    return _BESIDE not in attributes and not any(mark in attributes for mark in _NUMBERLESS)


def is_formula_without_value(inner: bytes) -> bool:
    """Say whether a cell is a formula whose result nobody ever worked out."""
    if not inner.startswith(b"<f"):
        return False
    value = _VALUE.search(inner)
    return value is None or not value[1]


def number_text(raw: str) -> tuple[str, bool]:
    """Return what a number cell says as a serial, and whether digits of it are lost."""
    return (raw, True) if digits_lost(raw) else (whole(raw), False)


def _own(attributes: bytes, inner: bytes) -> bytes:
    if inner[:7] == _PLAIN and inner[-9:] == _PLAIN_END:
        return inner[7:-9]
    if _BESIDE in attributes:
        return b""
    if b"<is>" in inner:
        return _joined(inner)
    value = _VALUE.search(inner)
    return value[1] if value else b""


def _joined(item: bytes) -> bytes:
    """Return a text that may be written in several runs; the reading aid above it is left out."""
    return b"".join(_TEXT.findall(_PHONETIC.sub(b"", item)))


def _shared_strings(package: Package) -> pl.Series:
    """Return the texts that cells share, in their order."""
    parts = [pl.Series(dtype=pl.String)]
    for block in package.blocks(SHARED, b"</si>"):
        raw = _PLAIN_ITEM.findall(block)
        if len(raw) != block.count(b"<si>") + block.count(b"<si/>"):
            raw = [_joined(item) for item in _ITEM.findall(block)]
        if raw:
            parts.append(series(raw))
    return pl.concat(parts)


def series(raw: Sequence[bytes]) -> pl.Series:
    """Return texts out of XML as a column. Raises FileBroken."""
    joined = b"\0".join(raw).decode("utf-8", "replace")
    texts = joined.split("\0")
    if len(texts) != len(raw):
        raise FileBroken(detail="XLSX")
    if "&" in joined:
        texts = [html.unescape(text) for text in texts]
    return pl.Series(texts, dtype=pl.String)
