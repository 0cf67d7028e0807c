"""What people type for a report: kept as it was written, read by the kind of its field."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from kaishu.core.errors import Refusal
from kaishu.core.report import Value
from kaishu.core.text import TextTooLong
from kaishu.markets.forms import Field, Form, Kind, Origin
from kaishu.reports.errors import EstimateWithoutSource, TypedWrong
from kaishu.reports.models import Answer

LONGEST = 8_000
YES, NO = "yes", "no"


def keep(
    *,
    form: Form,
    slug: str,
    subject: str,
    texts: Mapping[str, str],
    by: str,
    at: datetime,
) -> list[Answer]:
    """Keep what was typed, whatever it is; only what differs from before makes a new row."""
    before = answers(form=form, slug=slug, subject=subject)
    rows = [
        Answer(
            recall_slug=slug,
            form=form.id,
            subject=subject,
            field=field.id,
            text=_clean(texts[field.id]),
            by=by,
            at=at,
        )
        for field in typed_fields(form)
        if field.id in texts and _clean(texts[field.id]) != before.get(field.id, "")
    ]
    return Answer.objects.bulk_create(rows)


def answers(*, form: Form, slug: str, subject: str) -> dict[str, str]:
    """Return the newest text of each field; one that carries also from an earlier report."""
    carries = {field.id for field in typed_fields(form) if field.carries}
    found: dict[str, str] = {}
    own: dict[str, str] = {}
    for row in Answer.objects.filter(recall_slug=slug, form=form.id).order_by("id"):
        if row.subject == subject:
            own[row.field] = row.text
        if row.field in carries:
            found[row.field] = row.text
    return {**found, **own}


def typed_fields(form: Form) -> tuple[Field, ...]:
    """Return the fields that people fill."""
    return tuple(field for field in form.fields if field.origin is Origin.TYPED)


def read(form: Form, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the typed texts as values. Raises TypedWrong, EstimateWithoutSource."""
    values = {field.id: read_one(field, texts.get(field.id, "")) for field in typed_fields(form)}
    if values.get("discarded") and not values.get("discarded_source"):
        raise EstimateWithoutSource(field="discarded_source")
    return values


def wrong(form: Form, texts: Mapping[str, str]) -> list[Refusal]:
    """Return everything that keeps the typed texts from being filed."""
    found: list[Refusal] = []
    for field in typed_fields(form):
        text = texts.get(field.id, "")
        try:
            read_one(field, text)
        except TypedWrong as refusal:
            found.append(refusal)
        if len(text) > LONGEST:
            found.append(TextTooLong(longest=LONGEST, length=len(text), field=field.id))
    if not found:
        try:
            read(form, texts)
        except EstimateWithoutSource as refusal:
            found.append(refusal)
    return found


def readable(form: Form, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that fit their fields, for a preview of a report that is not ready."""
    bad = {refusal.facts["field"] for refusal in wrong(form, texts)}
    if "discarded_source" in bad:
        bad.add("discarded")
    return {name: text for name, text in texts.items() if name not in bad}


def value(field: Field, read_value: Any) -> Value:
    """Return a typed value as the report holds it."""
    return Value(of=read_value)


def read_one(field: Field, text: str) -> Any:
    """Return one text as what its field holds; None where nothing was typed. Raises TypedWrong."""
    plain = _clean(text)
    if not plain:
        return None
    try:
        return _READ[field.kind](plain)
    except (ValueError, KeyError):
        raise TypedWrong(field=field.id, label=field.label["en"]) from None


def _number(text: str) -> int:
    digits = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "")
    if not digits.isdecimal() or len(digits) > 12:
        raise ValueError(text)
    return int(digits)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _clean(text: str) -> str:
    return text.replace("\0", "").replace("\r\n", "\n").strip()


_READ: dict[Kind, Any] = {
    Kind.TEXT: lambda text: " ".join(text.split()),
    Kind.LINES: _lines,
    Kind.NUMBER: _number,
    Kind.DATE: lambda text: date.fromisoformat(unicodedata.normalize("NFKC", text)),
    Kind.YES_NO: lambda text: {YES: True, NO: False}[text],
}
