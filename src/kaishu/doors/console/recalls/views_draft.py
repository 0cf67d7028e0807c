"""A draft: its first page, its sections as forms, its check, its files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kaishu.base import clock, desk
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import WrongRole, staff
from kaishu.base.same_site import guarded
from kaishu.base.uploads import upload_base
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.recalls import clash, form_read, form_show, uploads
from kaishu.doors.console.recalls.opened import Opened, open_draft, show
from kaishu.doors.console.recalls.words import said_of
from kaishu.editions.drafting import actions, folders, queries
from kaishu.editions.drafting.errors import ChangedMeanwhile, DraftNotFound
from kaishu.editions.drafting.sections import SECTIONS, part, with_part

NAMES = tuple(SECTIONS)


@staff(*frame.RECALLS)
@require_safe
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Show a draft's sections, files and history, and the button that hands it on."""
    try:
        opened = open_draft(draft_id)
    except DraftNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    return show_first(request, opened)


def show_first(
    request: HttpRequest, opened: Opened, *, problems: tuple[Problem, ...] = (), status: int = 200
) -> HttpResponse:
    """Render a draft's first page."""
    context = {
        "files": [{"file": name, **kept} for name, kept in sorted(opened.revision.files.items())],
        "history": queries.revisions(opened.draft)[:20],
        "upload_base": upload_base(request),
    }
    return show(
        request, "console/recalls/draft.html", opened, context, problems=problems, status=status
    )


@staff(*frame.RECALLS)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def section(request: HttpRequest, draft_id: int, section: str) -> HttpResponse:
    """Show one section as a form; the POST saves what was typed, right or wrong."""
    if section not in SECTIONS:
        raise Http404(section)
    try:
        opened = open_draft(draft_id)
    except DraftNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    if request.method != "POST":
        return _form(request, opened, section)
    if not frame.may(request, frame.EDIT_RECALLS):
        return refusal_page(request, WrongRole(), status=403)
    return _save(request, opened, section)


def _save(request: HttpRequest, opened: Opened, section: str) -> HttpResponse:
    said = form_read.read_section(section, request.POST)
    seen = request.POST.get("seen", "")
    try:
        actions.save_section(
            draft_id=opened.draft.id,
            section=section,
            said=said,
            seen=int(seen) if seen.isdecimal() else 0,
            by=request.user.get_username(),
            at=clock.now(),
        )
    except ChangedMeanwhile as refusal:
        return _form(request, open_draft(opened.draft.id), section, typed=said, refusal=refusal)
    except Refusal as refusal:
        return _form(request, open_draft(opened.draft.id), section, typed=said, refusal=refusal)
    return HttpResponseRedirect(_after(request, opened.draft.id, section))


def _after(request: HttpRequest, draft_id: int, section: str) -> str:
    """Return where a save leads: the next section, or the same at the row that was touched."""
    act, base = request.POST.get("do", ""), f"/staff/recalls/drafts/{draft_id}"
    if act == "next" and (following := _next(section)):
        return f"{base}/{following}/"
    verb, _sign, rest = act.partition(":")
    path, _sign, _last = rest.rpartition(":")
    if verb == "paste":
        path = rest.partition(":")[0]
    if verb in ("add", "remove", "up", "down", "paste") and path:
        return f"{base}/{section}/#{form_show.id_of(path)}"
    desk.say_next(request, _("Saved."))
    return f"{base}/{section}/"


def _next(section: str) -> str:
    place = NAMES.index(section) + 1
    return NAMES[place] if place < len(NAMES) else ""


def _form(
    request: HttpRequest,
    opened: Opened,
    section: str,
    *,
    typed: Mapping[str, Any] | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    data = opened.data if typed is None else with_part(opened.data, section, typed)
    found = opened.judged.of(section) if typed is None else ()
    clashing = isinstance(refusal, ChangedMeanwhile)
    context = {
        "section": section,
        "form": form_show.build(section, data, found, opened.choices),
        "next": _next(section),
        "clash": {
            "by": refusal.facts.get("by", ""),
            "lines": clash.lines(part(opened.data, section), typed or {}),
        }
        if clashing and refusal is not None
        else None,
    }
    problems = (problem_of(refusal),) if refusal is not None else ()
    status = 409 if refusal is not None else 200
    return show(
        request, "console/recalls/section.html", opened, context, problems=problems, status=status
    )


@staff(*frame.RECALLS)
@require_safe
def check(request: HttpRequest, draft_id: int) -> HttpResponse:
    """List everything that is wrong or to look at, each with a link to its very field."""
    try:
        opened = open_draft(draft_id)
    except DraftNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    lines = []
    for name in NAMES:
        form = form_show.build(name, opened.data, (), opened.choices)
        for found in opened.judged.of(name):
            spot = form.spot(found.path)
            lines.append(
                {
                    "section": name,
                    "error": found.is_error,
                    "where": form_show.where(spot),
                    "said": said_of(found, control=getattr(spot, "control", "")),
                    "article": found.problem.facts.get("article", ""),
                    "row": f"{found.problem.file}:{found.problem.line}"
                    if found.problem.file.startswith("serials/")
                    else "",
                    "href": f"/staff/recalls/drafts/{draft_id}/{name}/#{spot.id if spot else ''}",
                }
            )
    lines.sort(key=lambda line: not line["error"])
    context = {"lines": lines, "heading": _("Check")}
    return show(request, "console/recalls/check.html", opened, context)


@staff(*frame.EDIT_RECALLS)
@guarded
@require_POST
def files(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Take serial lists and drawings. Answers with a redirect, as uploads do."""
    try:
        actions.add_files(
            draft_id=draft_id,
            uploads=uploads.taken(request),
            by=request.user.get_username(),
            at=clock.now(),
        )
        desk.say_next(request, _("The files are here. A rule or a product must still name them."))
    except Refusal as refusal:
        uploads.say_refused(request, refusal)
    return HttpResponseRedirect(f"/staff/recalls/drafts/{draft_id}/#files")


@staff(*frame.EDIT_RECALLS)
@require_POST
@desk.once
def remove(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Take one file out of the draft, or put the whole draft away."""
    try:
        if request.POST.get("do") == "put_away":
            actions.put_away(draft_id=draft_id)
            desk.say_next(request, _("The draft was put away. What was typed is kept."))
            return HttpResponseRedirect("/staff/recalls/")
        actions.remove_file(
            draft_id=draft_id,
            name=request.POST.get("name", ""),
            by=request.user.get_username(),
            at=clock.now(),
        )
    except DraftNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    except Refusal as refusal:
        opened = open_draft(draft_id)
        return show_first(request, opened, problems=(problem_of(refusal),), status=409)
    return HttpResponseRedirect(f"/staff/recalls/drafts/{draft_id}/#files")


@staff(*frame.RECALLS)
@require_safe
def folder(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Give the draft as a recall folder, for version control or the command line."""
    try:
        opened = open_draft(draft_id)
    except DraftNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    name = f"{folders.plain_name(opened.draft.slug)}-{opened.revision.number}.zip"
    response = HttpResponse(folders.zipped(opened.revision), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
