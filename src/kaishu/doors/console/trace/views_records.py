"""The records of a network: bring files, see what waits, what was loaded, and take it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk, jobs
from kaishu.base.desk import Problem
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.base.same_site import guarded
from kaishu.base.uploads import RECORDS_LIMIT, large_upload, upload_base
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.recalls.uploads import say_refused
from kaishu.doors.console.trace.opened import Place, show, with_network
from kaishu.doors.console.trace.views_rows import page_of
from kaishu.editions.drafting.errors import FileMissing, FileTooBig
from kaishu.supply.links import actions, listed
from kaishu.supply.links import brought as bringing
from kaishu.supply.links.errors import LinkFileUnknown
from kaishu.supply.links.models import Brought, LinkFile
from kaishu.supply.links.typed import typed_of
from kaishu.supply.network import unseen

HERE = "records/"
PAGE = 50
DOCUMENTS = 20


@staff(*frame.TRACE)
@require_safe
@with_network
def records(request: HttpRequest, place: Place) -> HttpResponseBase:
    """List what waits and what was loaded, page by page, with the form that takes files."""
    number = listed.count(place.network)
    page, pages = page_of(request, number, PAGE)
    context = {
        "upload_to": f"{upload_base(request)}{place.base}{HERE}files"
        + large_upload(request.user.get_username()),
        "limit": RECORDS_LIMIT // (1 << 20),
        "waiting": [_waiting(row) for row in listed.waiting(place.network)],
        "files": listed.files(place.network, start=(page - 1) * PAGE, most=PAGE),
        "number": number,
        "page": page,
        "pages": pages,
        "before": f"?page={page - 1}" if page > 1 else "",
        "after": f"?page={page + 1}" if page < pages else "",
        "documents": listed.documents(place.network, DOCUMENTS),
        "captures": listed.captures(place.network, DOCUMENTS),
        "behind": place.file is not None and unseen.waiting(place.network),
        "saved": bringing.saved(place.network),
    }
    return show(request, "console/trace/records.html", place, context, here=HERE)


@staff(*frame.WRITE_TRACE)
@guarded
@require_POST
@with_network
def take(request: HttpRequest, place: Place) -> HttpResponseBase:
    """Take files, each for itself. Answers with a redirect, as uploads do."""
    here = f"{place.base}{HERE}"
    came: list[bringing.Came] = []
    try:
        files = request.FILES.getlist("files")
        if not files:
            raise FileMissing()
        for file in files:
            if getattr(file, "too_big", False):
                raise FileTooBig(file=str(file.name)[:80], limit=RECORDS_LIMIT // (1 << 20))
            came.append(
                bringing.bring(
                    network=place.network,
                    path=Path(_spooled(file)),
                    name=str(file.name),
                    by=request.user.get_username(),
                    at=clock.now(),
                )
            )
    except Refusal as refusal:
        say_refused(request, refusal)
        return HttpResponseRedirect(here)
    if len(came) > 1:
        said = ngettext("%(number)s file is here.", "%(number)s files are here.", len(came))
        desk.say_next(request, said % {"number": len(came)})
        return HttpResponseRedirect(here)
    one = came[0]
    if one.job is not None:
        return HttpResponseRedirect(f"{here}events/{one.job.number}/")
    return HttpResponseRedirect(f"{here}{one.brought.pk if one.brought else ''}/")


@staff(*frame.TRACE)
@require_safe
@with_network
def loaded(request: HttpRequest, place: Place, number: int) -> HttpResponseBase:
    """Show one loaded file: who brought it, what was kept of it, how it was read."""
    try:
        file = listed.file(place.network, number)
    except LinkFileUnknown as refusal:
        return refusal_page(request, refusal, status=404)
    return _loaded(request, place, file, [])


@staff(*frame.WRITE_TRACE)
@require_POST
@desk.once
@with_network
def void(request: HttpRequest, place: Place, number: int) -> HttpResponseBase:
    """Take one loaded file back, with the reason."""
    try:
        file = listed.file(place.network, number)
    except LinkFileUnknown as refusal:
        return refusal_page(request, refusal, status=404)

    def again(found: list[Problem]) -> HttpResponseBase:
        return _loaded(request, place, file, found)

    return desk.carry_out(
        request,
        lambda: actions.void_file(
            number=file.pk,
            reason=request.POST.get("reason", ""),
            by=request.user.get_username(),
            at=clock.now(),
        ),
        again=again,
        to=f"{place.base}{HERE}links/{file.pk}/",
        said=_("It is taken back. None of its rows counts any more; the file itself is kept."),
        about="id-reason",
    )


def _spooled(file: Any) -> str:
    """Return where an upload lies on the disk; `base.uploads` puts every file there."""
    return str(file.temporary_file_path())


def _loaded(
    request: HttpRequest, place: Place, file: LinkFile, problems: list[Problem]
) -> HttpResponseBase:
    brought = file.brought.first()
    context: dict[str, Any] = {
        "file": file,
        "void": getattr(file, "void", None),
        "brought": brought,
        "mapped": [
            (name, value) for name, value in typed_of(listed.mapping(file)).items() if value
        ],
        "reason": request.POST.get("reason", ""),
    }
    template = "console/trace/link_file.html"
    return show(request, template, place, context, here=HERE, problems=problems)


def _waiting(row: Brought) -> dict[str, Any]:
    """Return a file that is not loaded yet, with what it waits for."""
    newest = row.load_job or row.try_job
    job = jobs.job_view(newest) if newest else None
    reading = job is not None and job.state in ("waiting", "running")
    if reading:
        state = "reading"
    elif bringing.is_tried(row):
        state = "tried"
    else:
        state = "said" if row.mapping else ("xml" if row.kind == "xml" else "new")
    return {"row": row, "state": state, "job": job}
