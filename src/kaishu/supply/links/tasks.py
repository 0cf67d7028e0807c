"""The worker's part: try a brought file, load it, load an EPCIS 1.x document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from kaishu.base.jobs import JobKind, JobView, Progress
from kaishu.supply.capture12.actions import load_xml
from kaishu.supply.links import actions, brought
from kaishu.supply.links.errors import NoGoodRow
from kaishu.supply.links.mapping import from_text
from kaishu.supply.links.models import Brought
from kaishu.supply.links.report import Report

Result = Mapping[str, object]


def _try(job: JobView, progress: Progress, at: datetime) -> Result:
    return _links(job, progress, at, dry_run=True)


def _load(job: JobView, progress: Progress, at: datetime) -> Result:
    return _links(job, progress, at, dry_run=False)


def _links(job: JobView, progress: Progress, at: datetime, *, dry_run: bool) -> Result:
    """Read a brought file to its end; the list of its bad rows replaces that of an earlier job."""
    row = _row(job)
    mapping = from_text(row.mapping)
    progress(0, 0)
    with Report() as report, brought.on_disk(row) as path:
        try:
            loaded = actions.load_file(
                network=row.network,
                path=path,
                name=row.name,
                mapping=mapping,
                dry_run=dry_run,
                by=job.by,
                at=at,
                note=report.rows,
                progress=lambda _what, done, total: progress(done, total),
            )
        except NoGoodRow:
            _keep(row, report)
            raise
        if dry_run or not loaded.before:
            _keep(row, report)
    if not dry_run:
        with transaction.atomic():
            row.file_id = loaded.number
            brought.end(row, by=job.by, at=at)
    return {
        "mapping": mapping.digest(),
        "number": loaded.number,
        "before": int(loaded.before),
        "rows": loaded.rows,
        "good": loaded.good,
        "bad": loaded.bad,
        "twice": loaded.twice,
        "known": loaded.known,
        "first_at": loaded.first_at.isoformat() if loaded.first_at else "",
        "last_at": loaded.last_at.isoformat() if loaded.last_at else "",
        **{f"why:{code}": count for code, count in sorted(loaded.reasons.items())},
    }


def _load_xml(job: JobView, progress: Progress, at: datetime) -> Result:
    """Capture an EPCIS 1.x document; a second run finds by their ids what the first one kept."""
    row = _row(job)
    progress(0, 0)
    with Report() as report, brought.on_disk(row) as path:

        def note(bad: Any) -> None:
            report.line("", bad.line, bad.code, bad.facts)

        taken = load_xml(
            network=row.network,
            path=path,
            by=job.by,
            at=at,
            note=note,
            progress=lambda _what, done, total: progress(done, total),
        )
        _keep(row, report)
    with transaction.atomic():
        brought.end(row, by=job.by, at=at)
    return {
        "events": taken.events,
        "kept": taken.kept,
        "known": taken.known,
        "refused": taken.refused,
        "names": taken.names,
    }


def _row(job: JobView) -> Brought:
    return Brought.objects.select_related("network").get(pk=job.facts["brought"])


def _keep(row: Brought, report: Report) -> None:
    before, row.report = row.report, report.kept()
    with transaction.atomic():
        row.save(update_fields=["report"])
        transaction.on_commit(lambda: brought.forget(before))


LINK_TRY = JobKind(name=brought.TRY, run_whole=_try)
LINK_LOAD = JobKind(name=brought.LOAD, run_whole=_load)
EPCIS12_LOAD = JobKind(name=brought.LOAD_XML, run_whole=_load_xml)
