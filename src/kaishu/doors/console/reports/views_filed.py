"""A filed report: its files byte for byte, whether it comes out the same, what became of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk, language
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.reports.views_report import download
from kaishu.editions import queries as editions
from kaishu.markets.forms import load_form
from kaishu.reports import filing
from kaishu.reports.errors import FiledNotFound


@staff(*frame.REPORTS)
@require_safe
def filed(request: HttpRequest, slug: str, filed_id: int) -> HttpResponse:
    """Show a filed report; `?run=1` runs it again with its own clocks and compares."""
    try:
        row = filing.filed(filed_id, slug=slug)
        recall = editions.current_pack(slug).recall
        checked = filing.verify(row, at=clock.now()) if request.GET.get("run") else None
    except Refusal as refusal:
        return refusal_page(request, refusal, status=404)
    form = load_form(row.form)
    context = {
        "slug": slug,
        "here": "reports",
        "row": row,
        "form": form,
        "title": form.title[language.tag()],
        "checked": checked,
        "newer_form": form.version != row.version,
        "files": row.files.defer("data"),
        "notes": row.notes.all(),
        "writes": frame.may(request, frame.WRITE_REPORTS),
    }
    return frame.show(request, "console/reports/filed.html", context, recall=recall)


@staff(*frame.REPORTS)
@require_safe
def file(request: HttpRequest, slug: str, filed_id: int, kind: str) -> HttpResponse:
    """Give a stored file, byte for byte as it was filed."""
    try:
        row = filing.filed(filed_id, slug=slug)
        data = filing.stored(row, kind)
    except FiledNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    day = row.subject or f"{row.as_of:%Y-%m-%d}"
    return download(data, kind, f"{row.recall_slug}-{row.form}-{day}")


@staff(*frame.WRITE_REPORTS)
@require_POST
@desk.once
def note(request: HttpRequest, slug: str, filed_id: int) -> HttpResponse:
    """Write down the authority's number, or that the same files were sent again."""
    try:
        row = filing.filed(filed_id, slug=slug)
    except FiledNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    what = "resent" if request.POST.get("do") == "resent" else "reference"
    text = request.POST.get("text", "").strip()
    back = f"/staff/recalls/{slug}/reports/filed/{row.id}/"
    if not text:
        desk.say_next(request, _("Nothing was written: the field is empty."), "ask")
        return HttpResponseRedirect(back)
    filing.note(row=row, what=what, text=text, by=request.user.get_username(), at=clock.now())
    desk.say_next(request, _("Written down."))
    return HttpResponseRedirect(back)
