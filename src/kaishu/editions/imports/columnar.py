"""Read a list from Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from kaishu.editions.imports import names
from kaishu.editions.imports.errors import FileBroken, FileHasNoRows, TooManyRows
from kaishu.editions.imports.numbers import digits_lost, whole
from kaishu.editions.imports.pieces import MOST_ROWS, PIECE, BadRow, Choice, Piece


class ParquetSource:
    """A Parquet file with its column found."""

    unread: tuple[str, ...] = ()

    def __init__(self, path: Path, choice: Choice) -> None:
        self.path = path
        try:
            scan = pl.scan_parquet(path, glob=False)
            found = scan.collect_schema().names()
            self.about = int(scan.select(pl.len()).collect().item())
        except pl.exceptions.PolarsError as broken:
            raise FileBroken(detail="Parquet") from broken
        except OSError as broken:
            raise FileBroken(detail="Parquet") from broken
        if not self.about:
            raise FileHasNoRows()
        if self.about > MOST_ROWS:
            raise TooManyRows(rows=f"{self.about:,}", most=f"{MOST_ROWS:,}")
        self.column = found[names.serial_column(found, choice.column)]

    def pieces(self) -> Iterator[Piece]:
        """Yield the column's rows, numbered from 1. Raises FileBroken."""
        column = self._column()
        for start in range(0, len(column), PIECE):
            yield _piece(column.slice(start, PIECE), first=start + 1)

    def _column(self) -> pl.Series:
        try:
            column = pl.read_parquet(self.path, columns=[self.column], glob=False).to_series()
            if not column.dtype.is_float() and column.dtype != pl.String:
                column = column.cast(pl.String)
        except (pl.exceptions.PolarsError, OSError) as broken:
            raise FileBroken(detail="Parquet") from broken
        return column


def _piece(column: pl.Series, *, first: int) -> Piece:
    numbers = np.arange(first, first + len(column), dtype=np.uint32)
    if not column.dtype.is_float():
        return Piece(numbers, column)
    raw = ["" if value is None else repr(value) for value in column.to_list()]
    bad = tuple(
        BadRow(int(number), "row_digits_lost", value)
        for number, value in zip(numbers, raw, strict=True)
        if value and digits_lost(value)
    )
    kept = [not value or not digits_lost(value) for value in raw]
    texts = [whole(value) for value, keep in zip(raw, kept, strict=True) if keep]
    return Piece(numbers[np.array(kept)], pl.Series(texts, dtype=pl.String), bad=bad)
