"""The worker's part: large documents, from where a killed worker stopped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from kaishu.base.jobs import JobKind, JobView, Progress
from kaishu.supply.capture.actions import KIND, run, store
from kaishu.supply.capture.documents import read_document
from kaishu.supply.capture.models import CaptureJob


def _run(job: JobView, progress: Progress, at: datetime) -> Mapping[str, object]:
    """Capture one document; batches that were kept before are not read again."""
    row = CaptureJob.objects.select_related("network").get(number=job.facts["capture"])
    if row.file:
        document = read_document(store().get(row.file))
        run(job=row, document=document, at=at, told=progress)
        name, row.file = row.file, ""
        row.save(update_fields=["file"])
        store().delete(name)
    return {"kept": row.kept, "known": row.known, "refused": row.refused}


EPCIS_CAPTURE = JobKind(name=KIND, run_whole=_run)
