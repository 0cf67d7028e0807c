"""Take over a recall that is running elsewhere: bring a spreadsheet, map it, try it, start it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk, exports, jobs, language, words
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.base.same_site import guarded
from kaishu.base.uploads import upload_base
from kaishu.claims.imports import actions, queries
from kaishu.claims.imports.check import report_rows
from kaishu.claims.imports.columns import FIELDS
from kaishu.claims.imports.errors import ImportNotFound
from kaishu.claims.imports.models import ClaimImport
from kaishu.claims.imports.samples import samples
from kaishu.claims.imports.tie_out import tie_out
from kaishu.claims.reasons import REASONS
from kaishu.core.accounts import DEPOT, RECYCLER
from kaishu.core.errors import Refusal
from kaishu.core.recall import LANGUAGES, say
from kaishu.core.sentences import sentence
from kaishu.doors.console import frame
from kaishu.doors.console.imports.taken import one_file
from kaishu.doors.console.imports.views_lists import in_words
from kaishu.doors.console.labels import label
from kaishu.doors.console.recalls.uploads import say_refused
from kaishu.editions import queries as editions
from kaishu.editions.imports.text import ENCODINGS

SHOWN = 200
SETTINGS = ("model", "remedy", "language", "depot", "recycler", "refusal", "mail")
RUNNING = ("waiting", "running")


@staff(*frame.RECALLS)
@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    """List what was brought, and show the form that takes a spreadsheet."""
    published = [row for row in editions.recall_rows() if editions.current_edition(row.slug)]
    context = {
        "recalls": [(row.slug, frame.recall_name(row.slug)) for row in published],
        "encodings": ENCODINGS,
        "chosen": {name: request.GET.get(name, "") for name in ("recall", "encoding")},
        "upload_base": upload_base(request),
        "may_edit": frame.may(request, frame.EDIT_RECALLS),
        "imports": queries.newest(),
    }
    return frame.show(request, "console/imports/imports.html", context)


@staff(*frame.EDIT_RECALLS)
@guarded
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Take a spreadsheet of claims. Answers with a redirect, as uploads do."""
    try:
        name, content = one_file(request)
        source = actions.bring(
            slug=request.POST.get("recall", ""),
            name=name,
            content=content,
            encoding=request.POST.get("encoding", ""),
            by=request.user.get_username(),
            at=clock.now(),
        )
    except Refusal as refusal:
        say_refused(request, refusal)
        chosen = {name: request.POST.get(name, "") for name in ("recall", "encoding")}
        return HttpResponseRedirect(f"/staff/imports/?{urlencode(chosen)}")
    return HttpResponseRedirect(f"/staff/imports/{source.id}/")


@staff(*frame.RECALLS)
@require_safe
def one(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """Show one import: its columns, its try-out, its result. `?as=` saves the try-out's rows."""
    try:
        source = queries.found(import_id)
    except ImportNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    header = (_("Row"), _("What it would do"), _("Serial"), _("Reason"), _("In words"))
    name = f"import-{source.id}"
    file = exports.offered(
        request, name=name, header=header, rows=(line[:5] for line in _lines(source))
    )
    return file or _page(request, source)


@staff(*frame.EDIT_RECALLS)
@require_POST
@desk.once
def columns(request: HttpRequest, import_id: int) -> HttpResponse:
    """Keep the columns as chosen, and try the file out with them."""
    by = request.user.get_username()
    typed = {field: request.POST.get(f"field-{field}", "") for field in FIELDS}
    said = {name: request.POST.get(name, "") for name in SETTINGS}
    try:
        source = queries.found(import_id)
        settings = queries.tell_settings(source.slug, said)
        actions.remember(import_id=import_id, mapping=typed, settings=settings, at=clock.now())
        actions.start_check(import_id=import_id, by=by, at=clock.now())
    except ImportNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    except Refusal as refusal:
        return _page(request, source, typed=typed, said=said, refusal=refusal)
    return HttpResponseRedirect(f"/staff/imports/{import_id}/#tried")


@staff(*frame.EDIT_RECALLS)
@require_POST
@desk.once
def start(request: HttpRequest, import_id: int) -> HttpResponse:
    """Start the import, confirmed by its number of rows."""
    try:
        source = queries.found(import_id)
        actions.start_import(
            import_id=import_id,
            typed=request.POST.get("rows", ""),
            by=request.user.get_username(),
            at=clock.now(),
        )
    except ImportNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    except Refusal as refusal:
        return _page(request, source, refusal=refusal, control="rows")
    return HttpResponseRedirect(f"/staff/imports/{import_id}/#result")


def _page(
    request: HttpRequest,
    source: ClaimImport,
    *,
    typed: dict[str, str] | None = None,
    said: dict[str, str] | None = None,
    refusal: Refusal | None = None,
    control: str = "",
) -> HttpResponse:
    tried = jobs.job_view(source.check_job_id) if source.check_job_id else None
    running = jobs.job_view(source.job_id) if source.job_id else None
    fresh = tried is not None and tried.result.get("mapped") == source.mapped
    context = {
        "source": source,
        "title": frame.recall_name(source.slug),
        "fields": _fields(source, typed or source.mapping),
        "settings": _settings(source, said or source.settings),
        "may_edit": frame.may(request, frame.EDIT_RECALLS),
        "tried": tried,
        "trying": tried is not None and tried.state in RUNNING,
        "told": sentence(tried.reason, language.tag(), {}) if tried and tried.reason else None,
        "counts": _counts(tried.result) if tried and fresh else [],
        "fresh": fresh,
        "lines": list(islice((line for line in _lines(source) if line[5]), SHOWN)),
        "job": running,
        "importing": running is not None and running.state in RUNNING,
        "report": tie_out(source) if running is not None else None,
        "own": fresh
        and bool(tried and tried.result.get("approved"))
        and source.by == request.user.get_username(),
        "typed_rows": request.POST.get("rows", ""),
    }
    problems = (desk.problem_of(refusal, control),) if refusal else ()
    status = 409 if refusal else 200
    return frame.show(
        request, "console/imports/import.html", context, problems=problems, status=status
    )


def _fields(source: ClaimImport, mapping: dict[str, str]) -> list[dict[str, Any]]:
    """Return each field with the column that fills it and how that column's cells look."""
    shown = samples(source)
    return [
        {
            "name": field,
            "label": label("import_field", field),
            "column": mapping.get(field, ""),
            "looks": shown.get((field, mapping.get(field, "")), ""),
        }
        for field in FIELDS
    ]


def _settings(source: ClaimImport, said: dict[str, str]) -> list[dict[str, Any]]:
    """Return what holds for every row, each with what it may be."""
    recall = editions.current_pack(source.slug).recall
    tag = language.tag()
    parties = {role: [p for p in recall.parties if p.role == role] for role in (DEPOT, RECYCLER)}
    choices: dict[str, list[tuple[str, str]]] = {
        "model": [(each.model, each.model) for each in recall.products],
        "remedy": [(each.code, say(each.title, tag)) for each in recall.remedies],
        "language": [
            (each, {"ja": "日本語", "en": "English"}.get(each, "简体中文")) for each in LANGUAGES
        ],
        "depot": [(each.code, say(each.name, tag)) for each in parties[DEPOT]],
        "recycler": [(each.code, say(each.name, tag)) for each in parties[RECYCLER]],
        "refusal": [(each, label("reason", each)) for each in REASONS["refused"]],
        "mail": [("yes", _("Yes, write to every owner"))],
    }
    return [
        {
            "name": name,
            "label": label("import_setting", name),
            "choices": choices[name],
            "value": said.get(name, ""),
            "none": label("import_none", name),
        }
        for name in SETTINGS
    ]


def _counts(result: Any) -> list[tuple[str, int, str]]:
    """Return the try-out's figures in words, in an order that a person reads."""
    order = ("created", "contested", "already_there", "refused", "approved", "collected")
    names = [*order, "disposed", "paid"]
    sums = sorted(name for name in result if ":" in name)
    lines = [(label("import_did", name), int(result.get(name, 0)), "") for name in names]
    for name in sums:
        kind, _sign, commodity = name.partition(":")
        said = f"{label('import_sum', kind)} {words.commodity(commodity)}"
        lines.append((said, int(result[name]), commodity))
    return lines


def _lines(source: ClaimImport) -> Iterator[tuple[object, ...]]:
    tried = jobs.job_view(source.check_job_id) if source.check_job_id else None
    if tried is None or tried.state != "done":
        return
    for row, did, code, serial, facts in report_rows(tried.result):
        said = sentence(code, language.tag(), {"serial": serial, **facts}) if code else None
        words = in_words(said.text, said.next) if said else ""
        looked_at = did != "created" or bool(code)
        yield row, label("import_did", did), serial, code, words, looked_at
