"""A filed report: its files byte for byte, whether it comes out the same, what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk, language
from kaishu.base.desk import Problem
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.reports.views_report import download
from kaishu.editions import queries as editions
from kaishu.markets.forms import load_form
from kaishu.reports import filing
from kaishu.reports.errors import FiledNotFound
from kaishu.reports.models import Filed


@staff(*frame.REPORTS)
@require_safe
def filed(request: HttpRequest, slug: str, filed_id: int) -> HttpResponse:
    """Show a filed report; `?run=1` runs it again with its own clocks and compares."""
    try:
        row = filing.filed(filed_id, slug=slug)
        checked = filing.verify(row, at=clock.now()) if request.GET.get("run") else None
    except Refusal as refusal:
        return refusal_page(request, refusal, status=404)
    return _page(request, row, checked=checked)


def _page(
    request: HttpRequest,
    row: Filed,
    *,
    checked: filing.Verified | None = None,
    typed: str = "",
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    recall = editions.current_pack(row.recall_slug).recall
    form = load_form(row.form)
    context = {
        "slug": row.recall_slug,
        "typed": typed,
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
    status = 409 if problems else 200
    return frame.show(
        request,
        "console/reports/filed.html",
        context,
        recall=recall,
        problems=problems,
        status=status,
    )


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
def note(request: HttpRequest, slug: str, filed_id: int) -> HttpResponseBase:
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
    return desk.carry_out(
        request,
        partial(
            filing.note,
            row=row,
            what=what,
            text=text,
            by=request.user.get_username(),
            at=clock.now(),
        ),
        again=lambda problems: _page(request, row, typed=text, problems=problems),
        said=_("Written down."),
        to=back,
        about="id-text",
    )
