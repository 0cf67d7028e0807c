"""Capture a document: small ones at once, large ones by the worker, batch by batch."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from kaishu.base import jobs
from kaishu.base.storage import FolderStore, Store
from kaishu.core.errors import Refusal
from kaishu.supply.capture import batches, masters, reading, speaking
from kaishu.supply.capture.checking import Checked, Checker
from kaishu.supply.capture.documents import Document, read_document
from kaishu.supply.capture.keeping import Kept, keep
from kaishu.supply.capture.models import CaptureJob
from kaishu.supply.models import Network

KIND = "epcis_capture"
AT_ONCE = 200  # events of a document that is captured while its sender waits
BATCH = 500
Told = Callable[[int, int], None]  # (done, total)


class _RolledBack(Exception):
    """Ends the one transaction of a job that keeps all of its events or none."""


def capture(
    *, network: Network, body: bytes, rollback: bool, party: str, by: str, at: datetime
) -> CaptureJob:
    """Take a document in: a few events are captured now, many by the worker.

    `party` is the site that the sender works for, empty for the maker's own. Raises what is wrong
    with the document as a whole; what is wrong with an event stands in the job.
    """
    document = read_document(body)
    job = CaptureJob(
        number=uuid.uuid4().hex,
        network=network,
        by=by,
        party=party,
        created_at=at,
        rollback=rollback,
        context=reading.written(document.context),
        sha256=hashlib.sha256(body).hexdigest(),
        total=len(document.events),
        place=document.place,
        header=document.header,
    )
    if len(document.events) <= AT_ONCE:
        job.save()
        masters.name(network, document.header)
        run(job=job, document=document, at=at)
        return job
    with transaction.atomic():
        job.file = store().put(body)
        job.save()
        masters.name(network, document.header)
        facts: Mapping[str, str | int] = {"capture": job.number}
        jobs.start(kind=KIND, key=f"{KIND}:{job.number}", by=by[:80], at=at, facts=facts)
    return job


def store() -> Store:
    """Return the place that keeps bodies until the worker has read them."""
    return FolderStore(settings.KAISHU_DATA_DIR / "captures")


def run(*, job: CaptureJob, document: Document, at: datetime, told: Told | None = None) -> None:
    """Capture a job's events from where it stopped, and say in the job what came of it."""
    if job.finished_at is not None:
        return
    events, held = document.events, speaking.held(job.network, job.party)
    known = speaking.box_known(job.network)
    checker = Checker(document.context, held, known, document.used)
    if job.rollback:
        _all_or_none(job, events, checker, at, told)
        return
    for start in range(job.read, len(events), BATCH):
        with transaction.atomic():
            part = events[start : start + BATCH]
            batches.note(job, batches.batch(job, part, start, checker, at))
            job.read = start + len(part)
            job.save()
        if told:
            told(job.read, len(events))
    batches.finish(job, at)


def _all_or_none(
    job: CaptureJob, events: Sequence[Any], checker: Checker, at: datetime, told: Told | None
) -> None:
    """Look at all events first, which takes the time; then keep them and say so at once."""
    good: list[tuple[int, Checked]] = []
    bad: list[tuple[int, Refusal]] = []
    for start in range(0, len(events), BATCH):
        batches.sort(events[start : start + BATCH], start, checker, good, bad)
        if told:
            told(min(start + BATCH, len(events)), len(events))
    job.read = len(events)
    if not bad:
        try:
            with transaction.atomic():
                done = keep(job, good, at)
                bad = done.refused
                if bad:
                    raise _RolledBack
                batches.note(job, done)
                batches.finish(job, at)
                return
        except _RolledBack:
            pass
    batches.note(job, Kept(refused=bad))
    batches.finish(job, at)
