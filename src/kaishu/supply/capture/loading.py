"""Load a file of events of any size: a batch at a time, so that a killed load goes on later."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from kaishu.core.errors import Refusal
from kaishu.supply.capture import actions, batches, errors, masters, reading, streaming
from kaishu.supply.capture.checking import Checked, Checker
from kaishu.supply.capture.documents import Document, of_parts
from kaishu.supply.capture.keeping import Kept
from kaishu.supply.capture.models import CaptureJob
from kaishu.supply.capture.streaming import Streamed
from kaishu.supply.models import Network

Note = Callable[["BadEvent"], None]
Progress = Callable[[str, int, int], None]
_DOCUMENTS = ("EPCISDocument", "EPCISQueryDocument")


@dataclass(frozen=True, slots=True)
class BadEvent:
    """One event that was refused: which of the file, from which line, where in it, why."""

    number: int
    line: int
    code: str
    facts: dict[str, str]
    pointer: str = ""


@dataclass(slots=True, kw_only=True)
class Taken:
    """What came of a file."""

    events: int = 0
    kept: int = 0
    known: int = 0
    refused: int = 0
    names: int = 0


def load_json(
    *,
    network: Network,
    path: Path,
    strict: bool = False,
    dry_run: bool = False,
    by: str,
    at: datetime,
    note: Note,
    progress: Progress,
) -> Taken:
    """Take in an EPCIS 2.0 document of any size; `note` hears of each event that was refused.

    `strict` keeps all or nothing, `dry_run` only looks. A load that was killed goes on where it
    stopped; a whole file a second time changes nothing. Raises what is wrong with the document as
    a whole, NotEvents, EventsBad; then nothing was kept.
    """
    size = max(path.stat().st_size, 1)
    found = streaming.survey(path, lambda done: progress("reading", done, size))
    if not isinstance(found.frame, dict) or found.frame.get("type") not in _DOCUMENTS:
        raise errors.NotEvents(file=path.name)
    document = of_parts(found.frame, place=found.place)
    load = _Load(network, path, document, found, note, progress)
    if dry_run or strict:
        refused = load.look()
        if dry_run:
            return Taken(events=found.events, refused=refused)
        if refused:
            raise errors.EventsBad(bad=refused, events=found.events)
    job, before = load.job(by=by, at=at, strict=strict)
    if before:
        return Taken(events=found.events, known=found.events)
    if strict:
        load.keep_all(job, at)
    else:
        load.keep(job, at)
    return Taken(
        events=found.events,
        kept=job.kept,
        known=job.known,
        refused=job.refused,
        names=masters.name(network, document.header),
    )


class _Load:
    """One file on its way in."""

    def __init__(
        self,
        network: Network,
        path: Path,
        document: Document,
        found: streaming.Survey,
        note: Note,
        progress: Progress,
    ) -> None:
        self.network, self.path, self.document, self.found = network, path, document, found
        self.note, self.progress = note, progress
        self.checker = Checker(document.context, None)  # the server speaks for all

    def look(self) -> int:
        """Check all events and keep none; return how many are refused."""
        refused = 0
        for start, part in self._parts(0):
            good: list[tuple[int, Checked]] = []
            bad: list[tuple[int, Refusal]] = []
            batches.sort(_events(part), start, self.checker, good, bad)
            self._tell(part, start, bad)
            refused += len({number for number, _ in bad})
            self.progress("checking", start + len(part), self.found.events)
        return refused

    def job(self, *, by: str, at: datetime, strict: bool) -> tuple[CaptureJob, bool]:
        """Return the job of this load: a killed one's, or a new one. True: all is here already."""
        same = CaptureJob.objects.filter(
            network=self.network, sha256=self.found.sha256, party="", file=""
        ).order_by("-id")
        if same.filter(success=True).exists():
            return same.filter(success=True)[0], True
        begun = same.filter(finished_at=None, by=by, rollback=False).first()
        if begun is not None and not strict:
            return begun, False
        job = CaptureJob.objects.create(
            number=uuid.uuid4().hex,
            network=self.network,
            by=by,
            created_at=at,
            rollback=strict,
            context=reading.written(self.document.context),
            sha256=self.found.sha256,
            total=self.found.events,
            place=self.document.place,
            header=self.document.header,
        )
        return job, False

    def keep(self, job: CaptureJob, at: datetime) -> None:
        """Keep the good events, batch by batch."""
        for start, part in self._parts(job.read):
            with transaction.atomic():
                self._batch(job, start, part, at)
                job.save()
            self.progress("events", job.read, self.found.events)
        batches.finish(job, at)

    def keep_all(self, job: CaptureJob, at: datetime) -> None:
        """Keep all events in one transaction. Raises EventsBad."""
        refused = 0
        with transaction.atomic():
            for start, part in self._parts(0):
                refused += len(self._batch(job, start, part, at).refused)
                self.progress("events", job.read, self.found.events)
            if not refused:
                batches.finish(job, at)
                return
            transaction.set_rollback(True)
        CaptureJob.objects.filter(pk=job.pk).update(finished_at=at, refused=refused)
        raise errors.EventsBad(bad=refused, events=self.found.events)

    def _batch(self, job: CaptureJob, start: int, part: list[Streamed], at: datetime) -> Kept:
        done = batches.batch(job, _events(part), start, self.checker, at)
        self._tell(part, start, done.refused)
        batches.note(job, done)
        job.read = start + len(part)
        return done

    def _parts(self, first: int) -> Iterator[tuple[int, list[Streamed]]]:
        events = streaming.stream(self.path)
        for _ in islice(events, first):
            pass
        while part := list(islice(events, actions.BATCH)):
            yield first, part
            first += len(part)

    def _tell(self, part: list[Streamed], start: int, bad: list[tuple[int, Refusal]]) -> None:
        for number, refusal in bad:
            facts = {name: str(value) for name, value in refusal.facts.items() if name != "pointer"}
            where = str(refusal.facts.get("pointer", ""))
            line = part[number - start].line
            self.note(BadEvent(number + 1, line, refusal.code, facts, where))


def _events(part: list[Streamed]) -> list[Any]:
    return [each.event if each.refusal is None else each.refusal for each in part]
