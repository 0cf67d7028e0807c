"""Bring a serial list for a recall draft, and look at what was wrong with its rows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk, exports, jobs, language
from kaishu.base.jobs.errors import JobNotFound
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.base.same_site import guarded
from kaishu.base.uploads import upload_base
from kaishu.core.errors import Refusal
from kaishu.core.sentences import Sentence, sentence
from kaishu.doors.console import frame
from kaishu.doors.console.imports.taken import one_file
from kaishu.doors.console.recalls.uploads import say_refused
from kaishu.editions.drafting import queries as drafts
from kaishu.editions.drafting.errors import DraftNotFound
from kaishu.editions.imports import upload
from kaishu.editions.imports.pieces import Choice
from kaishu.editions.imports.text import ENCODINGS

SHOWN = 200


@staff(*frame.RECALLS)
@require_safe
def bring(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Show the form that takes a list for a draft."""
    try:
        draft = drafts.draft(draft_id)
        formats = upload.formats_of(draft_id)
    except DraftNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    context = {
        "draft": draft,
        "formats": formats,
        "encodings": ENCODINGS,
        "upload_base": upload_base(request),
        "may_edit": frame.may(request, frame.EDIT_RECALLS) and draft.open,
        "asked": {name: request.GET.get(name, "") for name in ("form", "column", "sheet")},
        "jobs": [
            job for job in jobs.recent(kinds=(upload.KIND,)) if job.facts.get("draft") == draft_id
        ],
    }
    return frame.show(request, "console/imports/bring_list.html", context)


@staff(*frame.EDIT_RECALLS)
@guarded
@require_POST
def take(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Take a list; it is read in the background. Answers with a redirect, as uploads do."""
    said = {name: request.POST.get(name, "").strip() for name in ("column", "sheet", "encoding")}
    try:
        name, content = one_file(request)
        job = upload.list_upload(
            draft_id=draft_id,
            content=content,
            name=request.POST.get("name", "").strip() or name,
            form=request.POST.get("form", ""),
            choice=Choice(**said),
            by=request.user.get_username(),
            at=clock.now(),
        )
    except Refusal as refusal:
        say_refused(request, refusal)
        return HttpResponseRedirect(f"/staff/imports/lists/{draft_id}/")
    return HttpResponseRedirect(f"/staff/imports/lists/read/{job.id}/")


@staff(*frame.RECALLS)
@require_safe
def read(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """Show how far a list is read, and then every row that was left out."""
    try:
        job = _job(job_id)
    except JobNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    header = (_("Sheet"), _("Row"), _("Text"), _("Code"), _("In words"), _("What to do"))
    file = exports.offered(request, name=f"list-{job.id}", header=header, rows=_lines(job))
    return file or _page(request, job)


@staff(*frame.EDIT_RECALLS)
@require_POST
@desk.once
def without(request: HttpRequest, job_id: int) -> HttpResponse:
    """Attach the list without its bad rows, once their number was typed."""
    try:
        job = _job(job_id)
    except JobNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    typed = request.POST.get("bad", "").strip().replace(",", "")
    try:
        again = upload.attach_without(
            job_id=job.id,
            bad=int(typed) if typed.isdecimal() else 0,
            by=request.user.get_username(),
            at=clock.now(),
        )
    except Refusal as refusal:
        return _page(request, job, refusal=refusal)
    return HttpResponseRedirect(f"/staff/imports/lists/read/{again.id}/")


def _page(
    request: HttpRequest, job: jobs.JobView, *, refusal: Refusal | None = None
) -> HttpResponse:
    lines = [
        {"sheet": sheet, "row": row, "text": text, "said": in_words(said, todo)}
        for sheet, row, text, _code, said, todo in islice(_lines(job), SHOWN)
    ]
    bad, twice = int(str(job.result.get("bad", 0))), int(str(job.result.get("twice", 0)))
    context = {
        "job": job,
        "running": job.state in ("waiting", "running"),
        "reason": _said(job.reason, job.result) if job.reason else None,
        "lines": lines,
        "more": max(bad + twice - SHOWN, 0),
        "bad": bad,
        "may_edit": frame.may(request, frame.EDIT_RECALLS),
        "typed": request.POST.get("bad", ""),
    }
    problems = (desk.problem_of(refusal, "bad"),) if refusal else ()
    return frame.show(
        request,
        "console/imports/list_read.html",
        context,
        problems=problems,
        status=409 if refusal else 200,
    )


def _job(job_id: int) -> jobs.JobView:
    job = jobs.job_view(job_id)
    if job.kind != upload.KIND:
        raise JobNotFound(job=job_id)
    return job


def _lines(job: jobs.JobView) -> Iterator[tuple[str, int, str, str, str, str]]:
    for sheet, row, code, text, packed in upload.report_rows(job):
        facts = dict(pair.split("=", 1) for pair in packed.splitlines() if "=" in pair)
        said = _said(code, {"serial": text, **facts})
        yield sheet, int(row), text, code, said.text, said.next


def in_words(said: str, todo: str) -> str:
    """Return a sentence and its next step; only English has a space between them."""
    return f"{said}{' ' if language.tag() == 'en' and todo else ''}{todo}"


def _said(code: str, facts: object) -> Sentence:
    return sentence(code, language.tag(), facts if isinstance(facts, dict) else {})
