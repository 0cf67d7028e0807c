"""Know which characters our fonts can draw, so that no name comes out as empty boxes.

A character without a glyph is set as 〓 (geta, the printers' own sign for a type that is not
there) and reported, so that whoever packs writes it by hand: a wrong name would be worse than a
gap, and a dropped one would go unseen.
Reference: https://learn.microsoft.com/en-us/typography/opentype/spec/cmap
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pylopdf_fonts_jp
import pylopdf_fonts_zh_cn

GETA = "〓"
FOLDERS = tuple(
    Path(package.__file__ or "").parent for package in (pylopdf_fonts_jp, pylopdf_fonts_zh_cn)
)
FACES = ("NotoSansJP-Regular.otf", "NotoSansSC-Regular.otf")
SEGMENTED = 12  # the cmap format that reaches beyond U+FFFF


@dataclass(frozen=True, slots=True)
class Printed:
    """A text as it can be printed, and the characters in it that cannot be."""

    text: str
    missing: tuple[str, ...] = ()


def printable(text: str) -> Printed:
    """Return one line of text with 〓 for what no font has; control characters are left out."""
    out: list[str] = []
    missing: list[str] = []
    for char in text:
        if _is_variation(char):
            # Only a real character can have a variant; an emoji's selector goes with the emoji.
            if out and out[-1] != GETA:
                out.append(char)
        elif unicodedata.category(char) in ("Cc", "Cf", "Cs"):
            continue
        elif ord(char) in drawable():
            out.append(char)
        else:
            out.append(GETA)
            missing.append(char)
    return Printed("".join(out), tuple(dict.fromkeys(missing)))


@cache
def drawable() -> frozenset[int]:
    """Return every code point that one of our fonts has a glyph for."""
    fonts = (folder / face for folder in FOLDERS for face in FACES if (folder / face).exists())
    return frozenset(point for font in fonts for point in _points(font.read_bytes()))


def _is_variation(char: str) -> bool:
    return 0xFE00 <= ord(char) <= 0xFE0F or 0xE0100 <= ord(char) <= 0xE01EF


def _points(font: bytes) -> Iterator[int]:
    start = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", font, start + 2)
    for record in range(count):
        _, _, offset = struct.unpack_from(">HHL", font, start + 4 + 8 * record)
        (form,) = struct.unpack_from(">H", font, start + offset)
        if form == SEGMENTED:
            yield from _segments(font, start + offset)


def _segments(font: bytes, at: int) -> Iterable[int]:
    (groups,) = struct.unpack_from(">L", font, at + 12)
    for group in range(groups):
        first, last, _ = struct.unpack_from(">LLL", font, at + 16 + 12 * group)
        yield from range(first, last + 1)


def _table(font: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", font, 4)
    for record in range(count):
        name, _, offset, _ = struct.unpack_from(">4sLLL", font, 12 + 16 * record)
        if name == tag:
            return int(offset)
    raise ValueError("a font without a cmap table")
