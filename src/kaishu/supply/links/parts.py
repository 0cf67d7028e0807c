"""The pieces of link files in their store: written one by one, so that no file must fit memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import polars as pl
from django.conf import settings
from django.db.models import QuerySet

from kaishu.base.storage import FolderStore, Store
from kaishu.supply.links.check import ROWS
from kaishu.supply.links.models import Brought, LinkPart, PartOf
from kaishu.supply.models import Network

BLOCK = 8 << 20
AT_LEAST = 1 << 18
ABANDONED = timedelta(days=1)


def store() -> Store:
    """Return the place that keeps link files."""
    return FolderStore(Path(settings.KAISHU_DATA_DIR) / "links")


@dataclass(slots=True)
class Writer:
    """Keeps rows and bytes as they come. What is not named by a row in the end is swept away."""

    made: list[LinkPart] = field(default_factory=list)
    _waiting: list[pl.DataFrame] = field(default_factory=list)

    def add(self, rows: pl.DataFrame) -> None:
        """Keep good rows."""
        if len(rows):
            self._waiting.append(rows)
        if sum(len(frame) for frame in self._waiting) >= AT_LEAST:
            self._write_rows()

    def finish(self, original: Path, told: Callable[[], None]) -> None:
        """Write what waits, and the file as it came; `told` hears of each piece."""
        self._write_rows()
        with original.open("rb") as file:
            for number, block in enumerate(iter(lambda: file.read(BLOCK), b"")):
                told()
                self._put(PartOf.ORIGINAL, number, block)

    def drop(self) -> None:
        """Take everything out again."""
        for part in self.made:
            store().delete(part.name)
        self.made.clear()

    def _write_rows(self) -> None:
        if not self._waiting:
            return
        rows = pl.concat(self._waiting)
        self._waiting.clear()
        number = sum(1 for part in self.made if part.of == PartOf.ROWS)
        out = BytesIO()
        rows.write_parquet(out, compression="zstd", compression_level=1)
        part = self._put(PartOf.ROWS, number, out.getvalue())
        part.rows = len(rows)
        part.first_at, part.last_at = bounds(rows)

    def _put(self, of: PartOf, number: int, content: bytes) -> LinkPart:
        digest = hashlib.sha256(content).hexdigest()
        part = LinkPart(of=of, number=number, name=store().put(content), sha256=digest)
        self.made.append(part)
        return part


def live(network: Network) -> QuerySet[LinkPart]:
    """Return the parts with rows of every file that was not taken back, in order."""
    found = LinkPart.objects.filter(file__network=network, file__void=None, of=PartOf.ROWS)
    return found.order_by("file_id", "number")


def rows_of(part: LinkPart) -> pl.DataFrame:
    """Return the rows of a part. Raises FileGone, FileDamaged."""
    return pl.read_parquet(BytesIO(store().get(part.name))).cast(pl.Schema(ROWS))


def original(file_id: int) -> Iterator[bytes]:
    """Yield a file as it came in, block by block. Raises FileGone, FileDamaged."""
    for part in LinkPart.objects.filter(file_id=file_id, of=PartOf.ORIGINAL).order_by("number"):
        yield store().get(part.name)


def sweep(*, at: datetime, dry_run: bool = False) -> Mapping[str, int]:
    """Delete pieces that no row names: what a load left behind that was cut off a day ago."""
    named = set(LinkPart.objects.values_list("name", flat=True))
    for pieces, report in Brought.objects.values_list("pieces", "report"):
        named |= {*pieces, *report}
    lost = [name for name in store().names(stored_before=at - ABANDONED) if name not in named]
    for name in [] if dry_run else lost:
        store().delete(name)
    return {"link_parts": len(lost)}


def bounds(rows: pl.DataFrame) -> tuple[int, int]:
    """Return the first and the last moment of some rows."""
    first, last = rows.select(first=pl.col("at").min(), last=pl.col("at").max()).row(0)
    return int(first), int(last)
