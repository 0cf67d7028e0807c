"""Take a link file in, and take one back."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
from django.db import IntegrityError, transaction
from numpy.typing import NDArray

from kaishu.supply.links import parts
from kaishu.supply.links.check import ROWS, check
from kaishu.supply.links.errors import LinkFileUnknown, NoGoodRow, RowsBad, VoidReasonMissing
from kaishu.supply.links.mapping import LinkMapping, plain
from kaishu.supply.links.models import LinkFile, LinkPart, LinkVoid
from kaishu.supply.links.sources import open_table
from kaishu.supply.models import Network
from kaishu.supply.network.graphs import while_loading

Note = Callable[[pl.DataFrame], None]
Progress = Callable[[str, int, int], None]
Hashes = NDArray[np.uint64]
WORDS = [word for word in ROWS if word != "row"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What came of a file. `number` is 0 where nothing was kept; `before` where it was known."""

    number: int
    before: bool
    rows: int
    good: int
    bad: int
    twice: int
    known: int
    first_at: datetime | None
    last_at: datetime | None
    reasons: Mapping[str, int]


@dataclass(slots=True)
class _Count:
    rows: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    hashes: list[Hashes] = field(default_factory=list)
    first: int = 1 << 40
    last: int = 0

    def add(self, good: pl.DataFrame, bad: pl.DataFrame) -> None:
        self.rows += len(good) + len(bad)
        self.reasons.update(dict(bad["code"].value_counts().iter_rows()))
        if len(good):
            self.hashes.append(_hashes(good))
            first, last = parts.bounds(good)
            self.first, self.last = min(self.first, first), max(self.last, last)


@while_loading
def load_file(
    *,
    network: Network,
    path: Path,
    name: str = "",
    mapping: LinkMapping | None,
    act: str = "",
    zone: str = "",
    strict: bool = False,
    dry_run: bool = False,
    by: str,
    at: datetime,
    note: Note,
    progress: Progress,
) -> Loaded:
    """Read a file, keep its good rows; `note` hears of the bad ones, a table at a time.

    Without a mapping its columns have our own names. The same file by the same mapping is known
    already. `strict` keeps all or nothing. `name` is what the file is called where it is not the
    name of its path. Raises what sources and mapping raise, RowsBad,
    NoGoodRow; then nothing was kept.
    """
    wanted = mapping.columns["child"] if mapping else "child"
    said = mapping or LinkMapping()
    table = open_table(path, wanted=wanted, sheet=said.sheet, encoding=said.encoding)
    mapping = mapping or plain(table.names, act=act, zone=zone)
    sha256 = _sha256(path)
    voided, there = _there(network, sha256, mapping)
    if there is not None:
        return _view(there, before=True, reasons={})
    count, writer = _Count(), parts.Writer()
    try:
        for piece in table.pieces(mapping.columns):
            checked = check(piece, mapping, at)
            note(checked.bad)
            count.add(checked.good, checked.bad)
            if not dry_run:
                writer.add(checked.good)
            progress("rows", count.rows, max(table.about, count.rows))
        bad = count.reasons.total()
        if count.rows == bad:
            raise NoGoodRow(rows=count.rows)
        if strict and bad and not dry_run:
            raise RowsBad(bad=bad, rows=count.rows)
        told = _alive(progress, count.rows)
        about = _Said(name or path.name, table.kind, sha256, path.stat().st_size, voided, by, at)
        file = _row(network, about, mapping, count, told)
        if not dry_run:
            writer.finish(path, told)
            file = _keep(file, writer.made)
    except BaseException:
        writer.drop()
        raise
    return _view(file, before=bool(file.pk) and not writer.made, reasons=count.reasons)


def void_file(*, number: int, reason: str, by: str, at: datetime) -> LinkFile:
    """Take a file back: none of its rows counts any more. A second time is the same as once.

    Raises LinkFileUnknown, VoidReasonMissing.
    """
    if not reason.strip():
        raise VoidReasonMissing(number=number)
    file = LinkFile.objects.filter(pk=number).first()
    if file is None:
        raise LinkFileUnknown(number=number)
    with transaction.atomic():
        LinkVoid.objects.get_or_create(
            file=file, defaults={"reason": reason.strip()[:200], "by": by, "at": at}
        )
    return file


def _there(network: Network, sha256: str, mapping: LinkMapping) -> tuple[int, LinkFile | None]:
    """Return how often this file was taken back, and its row where it counts now."""
    same = LinkFile.objects.filter(
        network=network, sha256=sha256, mapping_digest=mapping.digest()
    ).order_by("again")
    rows = list(same.select_related("void"))
    live = [row for row in rows if not hasattr(row, "void")]
    return len(rows) - len(live), live[0] if live else None


@dataclass(frozen=True, slots=True)
class _Said:
    """What is known of a file without its rows. `again` = how often it was taken back before."""

    name: str
    kind: str
    sha256: str
    size: int
    again: int
    by: str
    at: datetime


def _row(
    network: Network,
    said: _Said,
    mapping: LinkMapping,
    count: _Count,
    told: Callable[[], None],
) -> LinkFile:
    hashes = np.concatenate(count.hashes)
    hashes.sort()
    first = np.append(True, hashes[1:] != hashes[:-1])
    return LinkFile(
        network=network,
        name=said.name[:200],
        kind=said.kind,
        sha256=said.sha256,
        size=said.size,
        mapping=mapping.text(),
        mapping_digest=mapping.digest(),
        again=said.again,
        rows=count.rows,
        good=len(hashes),
        bad=count.reasons.total(),
        twice=int((~first).sum()),
        known=_known(network, hashes[first], count.first, count.last, told),
        first_at=datetime.fromtimestamp(count.first, UTC),
        last_at=datetime.fromtimestamp(count.last, UTC),
        by=said.by,
        at=said.at,
    )


def _keep(file: LinkFile, made: list[LinkPart]) -> LinkFile:
    """Write the rows that name what was stored; whoever was faster with the same file wins."""
    try:
        with transaction.atomic():
            file.save(force_insert=True)
            for part in made:
                part.file = file
            LinkPart.objects.bulk_create(made, batch_size=500)
    except IntegrityError:
        there = LinkFile.objects.filter(
            network=file.network,
            sha256=file.sha256,
            mapping_digest=file.mapping_digest,
            again=file.again,
        ).first()
        if there is None:
            raise
        for part in made:
            parts.store().delete(part.name)
        made.clear()
        return there
    return file


def _alive(progress: Progress, rows: int) -> Callable[[], None]:
    """Return what says that a load still lives, while its rows are all read."""
    return lambda: progress("rows", rows, rows)


def _known(
    network: Network, hashes: Hashes, first: int, last: int, told: Callable[[], None]
) -> int:
    """Count rows that earlier files have too; only parts of the same time are looked at."""
    seen = np.zeros(len(hashes), np.bool_)
    for part in parts.live(network).filter(first_at__lte=last, last_at__gte=first):
        told()
        found = np.sort(_hashes(parts.rows_of(part)))
        place = np.minimum(np.searchsorted(found, hashes), len(found) - 1)
        seen |= found[place] == hashes
    return int(seen.sum())


def _hashes(rows: pl.DataFrame) -> Hashes:
    """Return one number a row, the same for the same row. Never kept: it may change one day."""
    return rows.select(WORDS).hash_rows(seed=7).to_numpy().copy()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _view(file: LinkFile, *, before: bool, reasons: Mapping[str, int]) -> Loaded:
    return Loaded(
        number=file.pk or 0,
        before=before,
        rows=file.rows,
        good=file.good,
        bad=file.bad,
        twice=file.twice,
        known=file.known,
        first_at=file.first_at,
        last_at=file.last_at,
        reasons=dict(reasons),
    )
