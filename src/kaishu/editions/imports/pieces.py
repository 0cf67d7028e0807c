"""What the readers of the three kinds of file hand on: a piece of a list at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

# How pictures, PDF, old Excel files and archives begin: never a list, whatever they are called.
OTHER_KINDS = (
    b"%PDF",
    b"\xd0\xcf\x11\xe0",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"II*\0",
    b"MM\0*",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
)
MOST_ROWS = 10_000_000
PIECE = 1 << 17

Numbers = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person settled where the file alone could not tell. Empty: find out."""

    column: str = ""
    sheet: str = ""
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that names no unit of the list: where it stands, why, and what stood there."""

    row: int
    code: str
    text: str = ""
    sheet: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Rows of one sheet: their numbers as the program that wrote them shows them, and their texts.

    `bad` are rows that the reader of this kind of file could already tell.
    """

    numbers: Numbers
    texts: pl.Series
    sheet: str = ""
    bad: tuple[BadRow, ...] = ()


class Source(Protocol):
    """An opened list. `about` is roughly how many rows it has; `unread` names sheets left out."""

    about: int
    column: str
    unread: tuple[str, ...]

    def pieces(self) -> Iterator[Piece]: ...
