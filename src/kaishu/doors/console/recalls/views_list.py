"""All recalls and drafts, and the ways to start a draft."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk, exports, language
from kaishu.base.desk import Problem, problem_of
from kaishu.base.roles import staff
from kaishu.base.same_site import guarded
from kaishu.base.uploads import upload_base
from kaishu.core.errors import Refusal
from kaishu.core.recall import say
from kaishu.doors.console import frame
from kaishu.doors.console.recalls import uploads
from kaishu.doors.console.recalls.words import word
from kaishu.editions import queries as editions
from kaishu.editions.drafting import actions, queries
from kaishu.editions.models import Recall
from kaishu.markets import CODES, load_market


@staff(*frame.RECALLS)
@require_safe
def recalls(request: HttpRequest) -> HttpResponseBase:
    """List the recalls with their editions, the drafts, and what waits for a second person."""
    lines = [_line(row) for row in editions.recall_rows()]
    header = (_("Recall"), _("Title"), _("State"), _("Edition"), _("Published"), _("Units"))
    rows = ([line[name] for name in _COLUMNS] for line in lines)
    if (export := exports.offered(request, name="recalls", header=header, rows=rows)) is not None:
        return export
    return _list(request, lines)


_COLUMNS = ("slug", "title", "state", "edition", "published_at", "units")


@staff(*frame.EDIT_RECALLS)
@require_POST
@desk.once
def start(request: HttpRequest) -> HttpResponse:
    """Start a draft: empty for a market, or as a copy of a published recall."""
    by, at = request.user.get_username(), clock.now()
    slug, market = request.POST.get("copy", ""), request.POST.get("market", "")
    try:
        if slug:
            draft = actions.start_copy(slug=slug, by=by, at=at)
        elif market in CODES:
            draft = actions.start_empty(market=market, by=by, at=at)
        else:
            choose = Problem(_("Choose the market."), id="id-market")
            return _list(request, problems=[choose], status=422)
    except Refusal as refusal:
        return _list(request, problems=[problem_of(refusal)], status=409)
    return HttpResponseRedirect(f"/staff/recalls/drafts/{draft.id}/")


@staff(*frame.EDIT_RECALLS)
@guarded
@require_POST
def start_upload(request: HttpRequest) -> HttpResponse:
    """Start a draft from an uploaded folder or zip. Answers with a redirect, as uploads do."""
    try:
        files = uploads.taken(request)
        draft = actions.start_upload(uploads=files, by=request.user.get_username(), at=clock.now())
    except Refusal as refusal:
        uploads.say_refused(request, refusal)
        return HttpResponseRedirect("/staff/recalls/")
    return HttpResponseRedirect(f"/staff/recalls/drafts/{draft.id}/")


def _list(
    request: HttpRequest,
    lines: list[dict[str, Any]] | None = None,
    problems: list[Problem] | None = None,
    status: int = 200,
) -> HttpResponse:
    tag = language.tag()
    called = {code: say(load_market(code).name, tag) for code in CODES}
    context = {
        "lines": [_line(row) for row in editions.recall_rows()] if lines is None else lines,
        "drafts": [(each, called.get(each.market, each.market)) for each in queries.drafts()],
        "proposals": queries.waiting(),
        "markets": list(called.items()),
        "edits": frame.may(request, frame.EDIT_RECALLS),
        "upload_base": upload_base(request),
    }
    return frame.show(
        request, "console/recalls/list.html", context, problems=problems or (), status=status
    )


def _line(row: Recall) -> dict[str, Any]:
    edition = editions.current_edition(row.slug)
    return {
        "slug": row.slug,
        "title": frame.recall_name(row.slug),
        "state": word(f"life.{row.state}"),
        "closed": row.state == "closed",
        "edition": edition.number if edition else 0,
        "published_at": edition.published_at if edition else None,
        "units": edition.counts.get("units", 0) if edition else 0,
    }
