"""Open the zip file of a workbook with care: bounded, block by block, only what is asked for."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kaishu.editions.imports.errors import FileBroken, FileHasNoRows, FileTooBigInside

MOST_INSIDE = 3 << 30  # bytes unpacked; ten million rows of a serial alone take about two
MOST_FILES = 5_000
MOST_TIMES = 400  # unpacked for packed, from 64 MB on; an honest sheet stays below 100
FROM = 64 << 20
LONGEST_ROW = 16 << 20
SMALL = 4 << 20
_BLOCK = 1 << 20

_SHEET = re.compile(rb"<sheet\s([^>]*?)/?>")
_RELATION = re.compile(rb"<Relationship\s([^>]*?)/?>")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook: what people call it, and where its rows lie in the zip file."""

    name: str
    path: str


class Package:
    """An opened workbook. Raises FileBroken, FileHasNoRows, FileTooBigInside."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except _BROKEN as broken:
            raise FileBroken(detail="XLSX") from broken
        _refuse_bomb(self._zip.infolist(), path.stat().st_size)
        self.sheets = self._sheets()
        if not self.sheets:
            raise FileHasNoRows()

    def has(self, name: str) -> bool:
        """Say whether the zip file holds this file."""
        return name in self._zip.NameToInfo

    def blocks(self, name: str, end: bytes) -> Iterator[bytes]:
        """Yield a file in blocks that each stop after an `end`; the last one is what remains.

        zipfile reads no more than the size that the file itself declares, which is checked.
        """
        rest = b""
        try:
            with self._zip.open(name) as file:
                while block := file.read(_BLOCK):
                    block = rest + block
                    cut = block.rfind(end) + len(end)
                    if cut < len(end):
                        rest = block
                        if len(rest) > LONGEST_ROW:
                            raise FileTooBigInside()
                        continue
                    rest = block[cut:]
                    yield block[:cut]
        except (*_BROKEN, KeyError) as broken:
            raise FileBroken(detail="XLSX") from broken
        yield rest

    def _small(self, name: str) -> bytes:
        try:
            if self._zip.getinfo(name).file_size > SMALL:
                raise FileTooBigInside()
            return self._zip.read(name)
        except (*_BROKEN, KeyError) as broken:
            raise FileBroken(detail="XLSX") from broken

    def _sheets(self) -> tuple[Sheet, ...]:
        """Return the sheets in the order of their tabs."""
        book = self._small("xl/workbook.xml")
        places = {}
        for relation in _RELATION.findall(self._small("xl/_rels/workbook.xml.rels")):
            said = _attributes(relation)
            target = said.get("Target", "")
            full = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            places[said.get("Id", "")] = str(PurePosixPath(full))
        found = []
        for sheet in _SHEET.findall(book):
            said = _attributes(sheet)
            place = places.get(said.get("r:id", ""), "")
            if self.has(place):
                found.append(Sheet(said.get("name", ""), place))
        return tuple(found)


def _refuse_bomb(inside: list[zipfile.ZipInfo], packed: int) -> None:
    total = sum(info.file_size for info in inside)
    swollen = total > FROM and total > MOST_TIMES * max(packed, 1)
    if len(inside) > MOST_FILES or total > MOST_INSIDE or swollen:
        raise FileTooBigInside()


def _attributes(raw: bytes) -> dict[str, str]:
    return {
        name.decode(): html.unescape(value.decode("utf-8", "replace"))
        for name, value in _ATTRIBUTE.findall(raw)
    }
