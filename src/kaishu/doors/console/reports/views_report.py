"""A recall's reports: the list, one report as it would be filed, what is typed, filing it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kaishu.base import clock, desk, exports, language
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.reports.asked import Asked, asked_of, subjects
from kaishu.editions import queries as editions
from kaishu.markets.forms import Subject, forms_of, load_form
from kaishu.reports import files, filing, shown, typed
from kaishu.reports.models import Filed

PAGE = 200


@staff(*frame.REPORTS)
@require_safe
def reports(request: HttpRequest, slug: str) -> HttpResponseBase:
    """List the forms of the recall's market, and what was filed."""
    try:
        row = editions.recall_row(slug)
        recall = editions.current_pack(slug).recall
    except Refusal as refusal:
        return refusal_page(request, refusal, status=404)
    tag = language.tag()
    rows = Filed.objects.filter(recall_slug=slug).order_by("-id").defer("content")
    lines = [(each, load_form(each.form).title[tag]) for each in rows[:PAGE]]
    header = (_("Report"), _("For"), _("As of"), _("As known at"), _("Filed"), _("To"), _("By"))
    file = exports.offered(
        request,
        name=f"{slug}-filed",
        header=(*header, "SHA-256"),
        rows=(
            (title, r.subject, r.as_of, r.known_at, r.at, r.addressee, r.by, r.sha256)
            for r, title in lines
        ),
    )
    context = {
        "slug": slug,
        "forms": [(form, form.title[tag]) for form in forms_of(row.market.lower())],
        "lines": lines,
        "here": "reports",
    }
    return file or frame.show(request, "console/reports/reports.html", context, recall=recall)


@staff(*frame.REPORTS, acts=frame.WRITE_REPORTS)
@desk.once
def report(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """Show a report as it would be filed now; a manager types into it and files it."""
    at = clock.now()
    said = request.POST if request.method == "POST" else request.GET
    try:
        asked = asked_of(slug, form, said, at=at)
    except Refusal as refusal:
        return refusal_page(request, refusal, status=404)
    if request.method != "POST":
        return _page(request, asked, at)
    by = request.user.get_username()
    typed.keep(
        form=asked.form,
        slug=slug,
        subject=asked.subject,
        texts={
            field.id: request.POST.get(field.id, "") for field in typed.typed_fields(asked.form)
        },
        by=by,
        at=at,
    )
    if request.POST.get("do") != "file":
        desk.say_next(request, _("Saved. Nothing is filed yet."))
        return HttpResponseRedirect(asked.address)
    wrong = [_problem(refusal) for refusal in typed.wrong(asked.form, asked.texts())]
    if wrong:
        return _page(request, asked, at, problems=wrong)
    try:
        row = filing.file(
            form=asked.form,
            slug=slug,
            subject=asked.subject,
            as_of=asked.as_of,
            known_at=asked.known_at,
            addressee=asked.form.regulator,
            reference=request.POST.get("reference", ""),
            key=f"console:{by}:{desk.key_of(request)}",
            by=by,
            at=at,
        )
    except Refusal as refusal:
        return _page(request, asked, at, problems=[_problem(refusal)])
    desk.say_next(request, _("Filed. The files below are frozen; send them to the authority."))
    return HttpResponseRedirect(f"/staff/recalls/{slug}/reports/filed/{row.id}/")


@staff(*frame.REPORTS)
@require_safe
def draft(request: HttpRequest, slug: str, form: str, kind: str) -> HttpResponse:
    """Give a file of the report as it would be filed now."""
    at = clock.now()
    if kind not in files.MEDIA:
        raise Http404
    try:
        asked = asked_of(slug, form, request.GET, at=at)
        data = files.make_file(kind, asked.form, asked.fill(at=at), at=at)
    except Refusal as refusal:
        return refusal_page(request, refusal, status=404)
    return download(data, kind, f"draft-{asked.form.id}-{asked.subject or asked.day.isoformat()}")


def download(data: bytes, kind: str, name: str) -> HttpResponse:
    """Return bytes as a file to save."""
    response = HttpResponse(data, content_type=files.MEDIA[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["Cache-Control"] = "no-store"
    return response


def _problem(refusal: Refusal) -> Problem:
    ids = {
        "report_too_fresh": "id-known_at",
        "as_of_in_future": "id-as_of",
        "text_too_long": "id-reference",
    }
    field = refusal.facts.get("field", "")
    return problem_of(refusal, f"f-{field}" if field else ids.get(refusal.code, ""))


def _page(
    request: HttpRequest, asked: Asked, at: datetime, *, problems: list[Problem] | None = None
) -> HttpResponse:
    found: list[Problem] = list(problems or ())
    tag, form = language.tag(), asked.form
    sections: Any = ()
    try:
        sections = shown.sections(form, asked.fill(at=at), tag)
    except Refusal as refusal:
        found = found or [_problem(refusal)]
    texts = asked.texts()
    context = {
        "slug": asked.row.slug,
        "here": "reports",
        "form": form,
        "title": form.title[tag],
        "about": form.about[tag],
        "asked": asked,
        "sections": sections,
        "texts": texts,
        "subjects": subjects(form, asked.row.slug, at=at),
        "about_incident": form.subject is Subject.INCIDENT,
        "writes": frame.may(request, frame.WRITE_REPORTS),
        "sees_incidents": frame.may(request, frame.INCIDENTS),
        "kinds": list(files.MEDIA),
        "tongue": {tag: language.NAMES[code] for code, tag in language.TAGS.items()}[form.language],
        "filed_before": Filed.objects.filter(
            recall_slug=asked.row.slug, form=form.id, subject=asked.subject
        ).defer("content"),
        "reference": request.POST.get("reference", ""),
        "wrong": {problem.id for problem in found},
    }
    recall = editions.current_pack(asked.row.slug).recall
    return frame.show(
        request, "console/reports/report.html", context, recall=recall, problems=found
    )
