"""Bring a spreadsheet of claims: keep it, map its columns, try it out, start it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from kaishu.base import jobs
from kaishu.claims.imports.columns import FIELDS, NEEDED, guess
from kaishu.claims.imports.errors import (
    ColumnNeeded,
    ColumnTwice,
    ImportNotChecked,
    ImportNotTyped,
    ImportOwn,
    ImportRunning,
)
from kaishu.claims.imports.models import ClaimImport
from kaishu.claims.imports.queries import found, tell_settings
from kaishu.claims.imports.run import CHECK, IMPORT
from kaishu.claims.imports.table import read_table, stored_table
from kaishu.core.canonical import digest
from kaishu.editions import queries as editions
from kaishu.editions.imports.upload import store

Settings = Mapping[str, str]


def bring(
    *, slug: str, name: str, content: bytes, encoding: str, by: str, at: datetime
) -> ClaimImport:
    """Keep a spreadsheet for a recall; the same file again is the same import.

    Columns are mapped as the last time this header came, else by their names. Raises what
    `read_table` raises, RecallUnknown.
    """
    recall = editions.recall_row(slug)
    sha256 = hashlib.sha256(content).hexdigest()
    known = ClaimImport.objects.filter(recall_id=recall.id, sha256=sha256).first()
    if known is not None:
        return known
    table = read_table(content, encoding)
    header = digest(sorted(table.header))
    made, _new = ClaimImport.objects.get_or_create(
        recall_id=recall.id,
        sha256=sha256,
        defaults={
            "slug": slug,
            "file": store().put(content),
            "file_name": name[:120],
            "header": list(table.header),
            "header_digest": header,
            "encoding": encoding,
            "rows": len(table.rows),
            "mapping": _remembered(header) or guess(table.header),
            "settings": tell_settings(slug),
            "by": by,
            "at": at,
        },
    )
    return made


def remember(
    *, import_id: int, mapping: Mapping[str, str], settings: Settings, at: datetime
) -> ClaimImport:
    """Keep which column fills which field. Raises ColumnTwice, ColumnNeeded, ImportRunning."""
    with transaction.atomic():
        source = _still_open(import_id)
        kept = {field: mapping[field] for field in FIELDS if mapping.get(field) in source.header}
        if len(set(kept.values())) < len(kept):
            columns = list(kept.values())
            raise ColumnTwice(columns=", ".join({c for c in columns if columns.count(c) > 1}))
        if not set(kept) & set(NEEDED):
            raise ColumnNeeded()
        source.mapping, source.settings = kept, dict(settings)
        source.mapped = digest([kept, dict(settings)])
        source.save(update_fields=["mapping", "settings", "mapped"])
        return source


def start_check(*, import_id: int, by: str, at: datetime) -> jobs.JobView:
    """Try the file out in the background as it is mapped now."""
    with transaction.atomic():
        source = _still_open(import_id)
        facts: dict[str, str | int] = {"import": source.id, "mapped": source.mapped}
        key = f"check:{digest(facts)[:40]}:{at:%Y%m%d%H%M%S}"
        job = jobs.start(kind=CHECK, key=key, by=by, at=at, facts=facts)
        source.check_job_id = job.id
        source.save(update_fields=["check_job_id"])
        return job


def start_import(*, import_id: int, typed: str, by: str, at: datetime) -> jobs.JobView:
    """Start the import, confirmed by its number of rows. Started twice, it is one job.

    Raises ImportNotChecked where it was not tried out as it is mapped, ImportNotTyped, ImportOwn.
    """
    with transaction.atomic():
        source = found(import_id, lock=True)
        if source.job_id is not None:
            return jobs.job_view(source.job_id)
        result = _checked(source)
        if typed.strip().replace(",", "") != str(source.rows):
            raise ImportNotTyped(rows=source.rows)
        money = bool(result.get("approved"))
        if money and by == source.by:
            raise ImportOwn(by=by)
        job = jobs.start(
            kind=IMPORT,
            key=f"import:{source.id}",
            by=by,
            at=at,
            facts={"import": source.id},
            rows=_rows(source),
        )
        source.job_id, source.money = job.id, money
        source.started_by, source.started_at = by, at
        source.save(update_fields=["job_id", "money", "started_by", "started_at"])
        return job


def _remembered(header: str) -> dict[str, str]:
    """Return how a file with the same columns was mapped last."""
    last = ClaimImport.objects.filter(header_digest=header).exclude(mapped="").order_by("-id")
    return dict(last.values_list("mapping", flat=True).first() or {})


def _still_open(import_id: int) -> ClaimImport:
    source = found(import_id, lock=True)
    if source.job_id is not None:
        raise ImportRunning(number=import_id)
    return source


def _checked(source: ClaimImport) -> Mapping[str, object]:
    job = jobs.job_view(source.check_job_id) if source.check_job_id else None
    if job is None or job.result.get("mapped") != source.mapped or not source.mapped:
        raise ImportNotChecked()
    return job.result


def _rows(source: ClaimImport) -> list[jobs.Row]:
    table = stored_table(source.file, source.encoding)
    return [jobs.Row(subject=f"#{number}", facts={"row": number}) for number, _ in table.rows]
