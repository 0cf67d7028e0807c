"""Take in what somebody brings to the console: keep it whole first, then say what it means, try
it, load it. Nothing of it counts before it is loaded.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from kaishu.base import jobs
from kaishu.supply.capture import actions as capturing
from kaishu.supply.capture.documents import MOST_BYTES
from kaishu.supply.capture12.reading import is_xml
from kaishu.supply.links import parts
from kaishu.supply.links.errors import (
    BroughtBusy,
    BroughtOver,
    BroughtUnknown,
    MappingFirst,
    NotTried,
)
from kaishu.supply.links.look import look
from kaishu.supply.links.mapping import LinkMapping, from_text
from kaishu.supply.links.models import Brought, BroughtKind, SavedMapping
from kaishu.supply.models import CaptureJob, Network

TRY, LOAD, LOAD_XML = "link_try", "link_load", "epcis12_load"
LONGEST_NAME = 80
_SPACES, _MARK = b" \t\r\n", b"\xef\xbb\xbf"
_ALIVE = ("waiting", "running")


@dataclass(frozen=True, slots=True)
class Came:
    """What became of what was brought: a file that waits, or a capture job of EPCIS 2.0."""

    brought: Brought | None = None
    job: CaptureJob | None = None


def bring(*, network: Network, path: Path, name: str, by: str, at: datetime) -> Came:
    """Keep a file as it came. The same file while it waits is the same row.

    EPCIS 2.0 in JSON is captured instead. Raises FileHasNoRows, FileKindUnknown, FileBroken,
    FileTooBigInside, and what capture says of a document; then nothing is kept.
    """
    with path.open("rb") as file:
        head = file.read(1 << 12).removeprefix(_MARK).lstrip(_SPACES)
        if head[:1] in (b"{", b"["):
            file.seek(0)
            body = file.read(MOST_BYTES + 1)
            return Came(job=capturing.capture(
                network=network, body=body, rollback=False, party="", by=by, at=at
            ))  # fmt: skip
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    kind = BroughtKind.XML if is_xml(path) else BroughtKind.LINKS
    same = Brought.objects.filter(network=network, sha256=sha256, over_at=None).first()
    if same is not None:
        return Came(same)
    if kind == BroughtKind.LINKS:
        look(path)
    names = _kept(path)
    try:
        row = Brought.objects.create(
            network=network,
            name=Path(name).name[:200] or "file",
            kind=kind,
            sha256=sha256,
            size=path.stat().st_size,
            pieces=names,
            by=by,
            at=at,
        )
    except BaseException:
        forget(names)
        raise
    return Came(row)


def found(network: Network, number: int) -> Brought:
    """Return a brought file of a network. Raises BroughtUnknown."""
    row = Brought.objects.filter(network=network, pk=number).select_related("file").first()
    if row is None:
        raise BroughtUnknown(number=number)
    return row


def mean(*, brought: Brought, mapping: LinkMapping, name: str, by: str, at: datetime) -> None:
    """Say what the columns of a file mean; under a `name` the mapping is saved for others too.

    Raises BroughtOver, BroughtBusy.
    """
    with transaction.atomic():
        row = _free(brought)
        row.mapping = mapping.text()
        row.save(update_fields=["mapping"])
        if name.strip():
            SavedMapping.objects.update_or_create(
                network=row.network,
                name=name.strip()[:LONGEST_NAME],
                defaults={"mapping": row.mapping, "by": by, "at": at},
            )


def saved(network: Network) -> Sequence[SavedMapping]:
    """Return the mappings that a network keeps, by name."""
    return list(SavedMapping.objects.filter(network=network))


def start_try(*, brought: Brought, by: str, at: datetime) -> jobs.JobView:
    """Look at every row in the background, and keep nothing.

    Raises BroughtOver, BroughtBusy, MappingFirst.
    """
    with transaction.atomic():
        row = _free(brought)
        job = _start(row, TRY, by, at)
        row.try_job = job.id
        row.save(update_fields=["try_job"])
    return job


def start_load(*, brought: Brought, by: str, at: datetime) -> jobs.JobView:
    """Load in the background what was tried; an EPCIS document needs no trial.

    Raises BroughtOver, BroughtBusy, MappingFirst, NotTried.
    """
    with transaction.atomic():
        row = _free(brought)
        is_links = row.kind == BroughtKind.LINKS
        if is_links and not is_tried(row):
            raise NotTried(file=row.name)
        job = _start(row, LOAD if is_links else LOAD_XML, by, at)
        row.load_job = job.id
        row.save(update_fields=["load_job"])
    return job


def put_away(*, brought: Brought, by: str, at: datetime) -> None:
    """Forget a file that is not to be loaded; that it was there stays on record.

    Raises BroughtOver, BroughtBusy.
    """
    with transaction.atomic():
        row = _free(brought)
        end(row, by=by, at=at, forget_report=True)


def end(row: Brought, *, by: str, at: datetime, forget_report: bool = False) -> None:
    """Close a brought file; its bytes are deleted once that is committed."""
    names = [*row.pieces, *(row.report if forget_report else ())]
    row.pieces, row.over_by, row.over_at = [], by, at
    if forget_report:
        row.report = []
    row.save()
    transaction.on_commit(lambda: forget(names))


def is_tried(row: Brought) -> bool:
    """Say whether the newest trial read the file as its columns are said now, and found rows."""
    if row.try_job is None or not row.mapping:
        return False
    job = jobs.job_view(row.try_job)
    digest = from_text(row.mapping).digest()
    return job.state == "done" and not job.reason and job.result.get("mapping") == digest


def is_read(row: Brought) -> bool:
    """Say whether a job reads the file now."""
    numbers = [number for number in (row.try_job, row.load_job) if number is not None]
    return any(jobs.job_view(number).state in _ALIVE for number in numbers)


@contextmanager
def on_disk(row: Brought, *, head: bool = False) -> Iterator[Path]:
    """Yield the file as a path, whole, or its first rows where it is text that is read by lines.

    Raises FileGone, FileDamaged.
    """
    with tempfile.NamedTemporaryFile(prefix="kaishu-brought-") as file:
        for name in row.pieces:
            block = parts.store().get(name)
            if head and len(row.pieces) > 1 and block[:4] not in (b"PK\x03\x04", b"PAR1"):
                file.write(block[: block.rfind(b"\n") + 1] if b"\0" not in block[:64] else block)
                break
            file.write(block)
        file.flush()
        yield Path(file.name)


def forget(names: Sequence[str]) -> None:
    """Delete stored pieces."""
    for name in names:
        parts.store().delete(name)


def _kept(path: Path) -> list[str]:
    names: list[str] = []
    try:
        with path.open("rb") as file:
            while block := file.read(parts.BLOCK):
                names.append(parts.store().put(block))
    except BaseException:
        forget(names)
        raise
    return names


def _free(brought: Brought) -> Brought:
    """Lock a file that nobody reads and that is not over. Raises BroughtOver, BroughtBusy."""
    row = Brought.objects.select_for_update().get(pk=brought.pk)
    if row.over_at is not None:
        raise BroughtOver(file=row.name)
    if is_read(row):
        raise BroughtBusy(file=row.name)
    return row


def _start(row: Brought, kind: str, by: str, at: datetime) -> jobs.JobView:
    if row.kind == BroughtKind.LINKS and not row.mapping:
        raise MappingFirst(file=row.name)
    before = (row.load_job if kind != TRY else row.try_job) or 0
    facts: dict[str, str | int] = {"brought": row.pk, "file": row.name}
    key = f"{kind}:{row.pk}:{before}"
    return jobs.start(kind=kind, key=key, by=by[:80], at=at, facts=facts)
