"""The file of an approved batch for one provider: made once, given out byte for byte.

A format is a function from lines to bytes; bank formats (Zengin, ISO 20022 pain.001) join
`FORMATS` here. The file has a number of its own, totals and a SHA-256 for its cover sheet. A second
file of the same batch cannot be made; each download is written down.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from kaishu.books.locks import hold
from kaishu.payouts.batches import batch_totals, find_batch
from kaishu.payouts.errors import FileNotReady
from kaishu.payouts.models import VOID, Batch, BatchFile, BatchFileLook, Instruction

Writer = Callable[[str, Sequence[Instruction]], bytes]


def make_file(*, batch_id: int, provider: str, by: str, at: datetime) -> BatchFile:
    """Return the file of an approved batch, made at the first call and the same ever after.

    Raises BatchNotFound, FileNotReady.
    """
    with transaction.atomic():
        hold({f"batch file {batch_id} {provider}"})
        batch = find_batch(batch_id)
        made = BatchFile.objects.filter(batch=batch, provider=provider).first()
        if made is not None:
            return made
        lines = list(
            batch.instructions.filter(provider=provider).exclude(state=VOID).order_by("id")
        )
        if batch.approver is None or batch.withdrawn_at is not None or not lines:
            raise FileNotReady(batch=batch_id)
        number = _number(batch, provider)
        name = FORMAT_OF.get(provider, "list")
        body = FORMATS[name](number, lines)
        return BatchFile.objects.create(
            batch=batch,
            provider=provider,
            number=number,
            format=name,
            lines=len(lines),
            totals=batch_totals(lines),
            sha256=hashlib.sha256(body).hexdigest(),
            body=body,
            made_by=by,
            made_at=at,
        )


def download(*, batch_id: int, provider: str, by: str, at: datetime) -> tuple[BatchFile, bytes]:
    """Return a batch's file and its bytes, and write down who took it and when."""
    file = make_file(batch_id=batch_id, provider=provider, by=by, at=at)
    BatchFileLook.objects.create(file=file, by=by, at=at)
    return file, bytes(file.body)


def write_list(number: str, lines: Sequence[Instruction]) -> bytes:
    """Write the plain list: our key, commodity, amount in minor units, and the payee's id."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(["file", "key", "commodity", "quantity", "payee"])
    for line in lines:
        rows.writerow([number, line.key, line.commodity, line.quantity, line.payee])
    return text.getvalue().encode("utf-8")


FORMATS: Mapping[str, Writer] = {"list": write_list}
# Which format a provider takes; the plain list where none is named.
FORMAT_OF: Mapping[str, str] = {}


def _number(batch: Batch, provider: str) -> str:
    return f"KB{batch.id:08d}-{provider.upper()}"
