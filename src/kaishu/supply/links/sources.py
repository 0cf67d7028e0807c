"""Open a link file of any kind: its column names first, then its rows in pieces, all as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

from kaishu.editions.imports.errors import FileBroken, FileHasNoRows, FileKindUnknown
from kaishu.editions.imports.names import folded
from kaishu.editions.imports.pieces import OTHER_KINDS, Choice
from kaishu.editions.imports.text import as_utf8, encoding_of, find_names, head_of
from kaishu.supply.links.errors import ColumnsMissing

PIECE = 1 << 18
BAD_ROWS = {"row": pl.UInt32, "sheet": pl.String, "code": pl.String, "value": pl.String}
_ZIP, _PARQUET = b"PK\x03\x04", b"PAR1"
_LARGEST_EXACT = 1e15


def bad_rows(frame: pl.DataFrame, *, code: str, value: pl.Expr, sheet: str = "") -> pl.DataFrame:
    """Return rows as a table of bad ones: where each stands, why, and what stood there."""
    shown = value.cast(pl.String).fill_null("").str.slice(0, 80)
    return frame.select(pl.col("row"), sheet=pl.lit(sheet), code=pl.lit(code), value=shown)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Rows of a file: `row` as the program that wrote them counts, and each wanted word as text.

    `bad` are rows that the reader of this kind of file could already tell (BAD_ROWS).
    """

    frame: pl.DataFrame
    bad: pl.DataFrame
    sheet: str = ""


class Table(Protocol):
    """An opened file. `about` is roughly how many rows it has."""

    kind: str
    names: list[str]
    about: int

    def pieces(self, columns: Mapping[str, str]) -> Iterator[Piece]: ...


def open_table(path: Path, *, wanted: str, sheet: str = "", encoding: str = "") -> Table:
    """Open a file by its first bytes; `wanted` is a column by which the row of names is known.

    Raises FileHasNoRows, FileKindUnknown, FileBroken, ColumnMissing, EncodingUnclear.
    """
    from kaishu.supply.links.sheets import WorkbookTable

    kind = kind_of(path)
    if kind == "xlsx":
        return WorkbookTable(path, wanted=wanted, sheet=sheet)
    if kind == "parquet":
        return ParquetTable(path)
    return TextTable(path, Choice(column=wanted, encoding=encoding))


def kind_of(path: Path) -> str:
    """Return xlsx, parquet or csv by the first bytes. Raises FileHasNoRows, FileKindUnknown."""
    with path.open("rb") as file:
        head = file.read(4)
    if not head:
        raise FileHasNoRows()
    if head.startswith(OTHER_KINDS):
        raise FileKindUnknown()
    return {_ZIP: "xlsx", _PARQUET: "parquet"}.get(head, "csv")


def places(names: list[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Return where each wanted column stands. Raises ColumnsMissing with all that are not there."""
    known = {folded(name): place for place, name in reversed(list(enumerate(names)))}
    missing = [column for column in columns.values() if folded(column) not in known]
    if missing:
        shown = ", ".join(name.strip()[:40] for name in names if name.strip())
        raise ColumnsMissing(missing=", ".join(missing), columns=shown[:400])
    return {word: known[folded(column)] for word, column in columns.items()}


class TextTable:
    """A CSV file with any of the usual separators and encodings."""

    kind = "csv"

    def __init__(self, path: Path, choice: Choice) -> None:
        self.path = path
        self.encoding = encoding_of(path, choice)
        head = head_of(path, self.encoding)
        self.separator, self.above, self.names = find_names(head, choice)
        lines = max(head.count("\n"), 1)
        self.about = max(path.stat().st_size * lines // max(len(head.encode()), 1), 1)

    def pieces(self, columns: Mapping[str, str]) -> Iterator[Piece]:
        """Yield the rows. Raises ColumnsMissing, FileBroken."""
        wanted = places(self.names, columns)
        none = pl.DataFrame(schema=BAD_ROWS)
        with as_utf8(self.path, self.encoding) as path:
            try:
                scan = pl.scan_csv(
                    path,
                    has_header=True,
                    skip_lines=self.above,
                    separator=self.separator,
                    infer_schema=False,
                    truncate_ragged_lines=True,
                    new_columns=[str(place) for place in range(len(self.names))],
                    row_index_name="row",
                    row_index_offset=self.above + 2,
                )
                chosen = {word: pl.col(str(place)) for word, place in wanted.items()}
                rows = scan.select(pl.col("row").cast(pl.UInt32), **chosen)
                for frame in rows.collect_batches(chunk_size=PIECE, lazy=True):
                    yield Piece(_without_blank(frame), none)
            except pl.exceptions.NoDataError:
                return
            except (pl.exceptions.PolarsError, OSError) as broken:
                raise FileBroken(detail="CSV") from broken


class ParquetTable:
    """A Parquet file; numbers and times become the text that a person would have typed."""

    kind = "parquet"

    def __init__(self, path: Path) -> None:
        try:
            self.scan = pl.scan_parquet(path, glob=False)
            self.schema = self.scan.collect_schema()
            self.about = int(self.scan.select(pl.len()).collect().item())
        except (pl.exceptions.PolarsError, OSError) as broken:
            raise FileBroken(detail="Parquet") from broken
        self.names = self.schema.names()
        if not self.about:
            raise FileHasNoRows()

    def pieces(self, columns: Mapping[str, str]) -> Iterator[Piece]:
        """Yield the rows. Raises ColumnsMissing, FileBroken."""
        wanted = places(self.names, columns)
        chosen = {word: self._text(self.names[place]) for word, place in wanted.items()}
        none = pl.DataFrame(schema=BAD_ROWS)
        rows = self.scan.with_row_index("row", offset=1)
        try:
            picked = rows.select(pl.col("row").cast(pl.UInt32), **chosen)
            for frame in picked.collect_batches(chunk_size=PIECE, lazy=True):
                yield Piece(_without_blank(frame), none)
        except (pl.exceptions.PolarsError, OSError) as broken:
            raise FileBroken(detail="Parquet") from broken

    def _text(self, name: str) -> pl.Expr:
        kind, column = self.schema[name], pl.col(name)
        if isinstance(kind, pl.Datetime):
            return column.dt.to_string(
                "%Y-%m-%dT%H:%M:%S%:z" if kind.time_zone else "%Y-%m-%d %H:%M:%S"
            )
        if kind == pl.Date:
            return column.dt.to_string("%Y-%m-%d")
        if kind.is_float():
            whole = (column == column.floor()) & (column.abs() < _LARGEST_EXACT)
            digits = column.cast(pl.Int64, strict=False).cast(pl.String)
            return pl.when(whole).then(digits).otherwise(column.cast(pl.String))
        return column.cast(pl.String)


def _without_blank(frame: pl.DataFrame) -> pl.DataFrame:
    """Leave out rows without a single value: lines between tables and at the end are no rows."""
    words = pl.exclude("row").str.strip_chars().fill_null("") != ""
    return frame.filter(pl.any_horizontal(words))
