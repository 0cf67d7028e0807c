"""File a report: freeze its values and its files; send the same bytes again; run it once more.

`known_at` is honest only if everything recorded until then is in the books for all to see. So
filing first waits for whoever is still writing, and takes no moment of the last half minute.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from kaishu.books.locks import wait_out_writers
from kaishu.core.text import whole
from kaishu.markets.forms import Form, load_form
from kaishu.reports import filling, typed
from kaishu.reports.errors import FiledNotFound, ReportTooFresh
from kaishu.reports.files import make_files
from kaishu.reports.models import Filed, FiledFile, FiledNote

LONGEST_REFERENCE = 80

SETTLES = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Verified:
    """A filed report run once more with its own clocks."""

    equal: bool
    files_whole: bool
    again: bytes

    @property
    def holds(self) -> bool:
        """Say whether the report comes out as it was filed, and no stored byte has changed."""
        return self.equal and self.files_whole


def file(
    *,
    form: Form,
    slug: str,
    subject: str,
    as_of: datetime,
    known_at: datetime,
    addressee: str,
    reference: str,
    key: str,
    by: str,
    at: datetime,
) -> Filed:
    """File a report with what was typed so far; the same key files once.

    Raises ReportTooFresh, TypedWrong, EstimateWithoutSource, SubjectWrong, AsOfInFuture.
    """
    first = Filed.objects.filter(key=key).first()
    if first is not None:
        return first
    if known_at > at - SETTLES:
        raise ReportTooFresh
    wait_out_writers()
    report = filling.fill(
        form=form,
        slug=slug,
        subject=subject,
        as_of=as_of,
        known_at=known_at,
        at=at,
        texts=typed.answers(form=form, slug=slug, subject=subject),
    )
    content = filling.content_of(report)
    files = make_files(form, report, at=at)
    try:
        with transaction.atomic():
            row = Filed.objects.create(
                key=key,
                recall_slug=slug,
                form=form.id,
                version=form.version,
                subject=subject,
                as_of=as_of,
                known_at=known_at,
                since=report.period.since,
                content=content.decode(),
                sha256=_sha256(content),
                addressee=addressee[:20] or form.regulator,
                reference=whole(reference, longest=LONGEST_REFERENCE),
                by=by,
                at=at,
            )
            FiledFile.objects.bulk_create(
                FiledFile(filed=row, kind=kind, data=data, sha256=_sha256(data))
                for kind, data in files.items()
            )
    except IntegrityError:  # the same button, a moment earlier, in another process
        return Filed.objects.get(key=key)
    return row


def filed(filed_id: int, *, slug: str = "") -> Filed:
    """Return a filed report. Raises FiledNotFound."""
    rows = Filed.objects.filter(id=filed_id)
    row = (rows.filter(recall_slug=slug) if slug else rows).first()
    if row is None:
        raise FiledNotFound
    return row


def stored(row: Filed, kind: str) -> bytes:
    """Return a file of a filed report, byte for byte. Raises FiledNotFound."""
    found = row.files.filter(kind=kind).first()
    if found is None:
        raise FiledNotFound
    return bytes(found.data)


def note(*, row: Filed, what: str, text: str, by: str, at: datetime) -> FiledNote:
    """Write down what became of it: the authority's number, or that it was sent again."""
    return FiledNote.objects.create(
        filed=row, what=what, text=whole(text, longest=LONGEST_REFERENCE), by=by, at=at
    )


def verify(row: Filed, *, at: datetime) -> Verified:
    """Run a filed report again with the clocks and the words that it was filed with."""
    form = load_form(row.form)
    kept = _typed(row)
    report = filling.fill(
        form=form,
        slug=row.recall_slug,
        subject=row.subject,
        as_of=row.as_of,
        known_at=row.known_at,
        at=at,
        texts=kept,
        since=row.since,
    )
    again = filling.content_of(report)
    whole = _sha256(row.content.encode()) == row.sha256 and all(
        _sha256(bytes(each.data)) == each.sha256 for each in row.files.all()
    )
    return Verified(again == row.content.encode(), whole, again)


def _typed(row: Filed) -> dict[str, str]:
    found: dict[str, str] = json.loads(row.content)["typed"]
    return found


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
