"""The bench: one large box for the scanner, one large answer. No personal data at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kaishu.base import clock, desk
from kaishu.base.desk import Problem
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.doors.partner import answers, frame
from kaishu.doors.partner.answers import Answer
from kaishu.doors.partner.labels import label
from kaishu.returns import actions as returns
from kaishu.returns.arrivals import take_in
from kaishu.returns.queries import recent_scans
from kaishu.returns.scans import Scanned
from kaishu.returns.seen import Seen

LAST = 10
PIECE = "X-Kaishu-Piece"
_TALLY = "depot-tally"
FIGURES = ("scanned", "doubles", "problems")
# Function keys: a scanner types letters and digits, never these. F5 and F12 are the browser's.
KEYS = {
    "ok": "F1",
    "swollen": "F2",
    "hot": "F3",
    "leaking": "F4",
    "wrong_item": "F6",
    "empty": "F7",
    "several": "F8",
    "unknown": "F9",
}
UNDO_KEY = "F10"


@staff(*frame.SCAN)
@require_http_methods(["GET", "HEAD", "POST"])
def scan(request: HttpRequest) -> HttpResponse:
    """Show the bench; the POST takes one scan and answers on the same page.

    The answer is not behind a redirect: the next scan may come in a second. Sending it again
    repeats its key, which gives the first answer. With the header of `PIECE` only the answer comes.
    """
    recalls = frame.running()
    sites = frame.sites_of(request, recalls)
    site = frame.site_of(request, sites)
    if request.method != "POST":
        return _show(request, sites, site)
    if site is None:
        missing = Problem(_("Choose the site first."), _("Then scan again."), "id-site")
        return _show(request, sites, site, problems=[missing])
    typed, outcome = request.POST.get("code", ""), request.POST.get("outcome", "ok")
    names = _names(recalls)
    try:
        scanned = _record(request, site, typed, outcome)
        answer = answers.of_scan(scanned, names, several=outcome == "several")
    except Refusal as refusal:
        answer = answers.of_refusal(
            refusal, typed=typed, outcome=outcome, names=names, seen=Seen.read(request.POST)
        )
    _count(request, answer.counts)
    return _show(request, sites, site, answer=answer)


@staff(*frame.SCAN)
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take the last scan back, while nothing followed it."""
    recalls = frame.running()
    sites = frame.sites_of(request, recalls)
    site = frame.site_of(request, sites)
    try:
        returns.undo_scan(
            scan_id=frame.row_id(request.POST.get("scan", "")),
            by=request.user.get_username(),
            at=clock.now(),
        )
    except Refusal as refusal:
        answer = answers.of_refusal(refusal, typed="", outcome="ok", names=_names(recalls))
        return _show(request, sites, site, answer=answer)
    taken_back = Answer(
        tone="info",
        headline=_("Taken back"),
        text=_("The last scan does not count any more."),
        next=_("Scan on."),
        counts="",
    )
    return _show(request, sites, site, answer=taken_back)


@staff(*frame.STOCK, own=True)
@require_POST
def choose_site(request: HttpRequest) -> HttpResponse:
    """Remember where the person works."""
    code = request.POST.get("site", "")
    if code in {site.code for site in frame.sites_of(request, frame.running())}:
        frame.keep_site(request, code)
    back = request.POST.get("back", "")
    known = ("/depot/containers/", "/depot/counts/", "/depot/today/")
    return HttpResponseRedirect(back if back in known else "/depot/")


@staff(*frame.SCAN)
@require_POST
def begin_session(request: HttpRequest) -> HttpResponse:
    """Set the figures of the session to nothing; no scan is touched."""
    request.session.pop(_TALLY, None)
    return HttpResponseRedirect("/depot/")


def _record(request: HttpRequest, site: frame.Party, typed: str, outcome: str) -> Scanned:
    return take_in(
        typed=typed,
        outcome=outcome,
        site=site.code,
        by=request.user.get_username(),
        at=clock.now(),
        key=desk.key_of(request),
        transferred=request.POST.get("transferred") == "1",
        seen=Seen.read(request.POST),
        asks_model=True,
    )


def _show(
    request: HttpRequest,
    sites: Sequence[frame.Party],
    site: frame.Party | None,
    *,
    answer: Answer | None = None,
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    last = recent_scans(site=site.code, limit=LAST) if site else []
    context: dict[str, Any] = {
        "sites": sites,
        "site": site,
        "answer": answer,
        "keys": [
            {"code": code, "key": key, "name": label("key", code), "tone": answers.TONES.get(code)}
            for code, key in KEYS.items()
        ],
        "undo_key": UNDO_KEY,
        "tally": {name: request.session.get(_TALLY, {}).get(name, 0) for name in FIGURES},
        "last": [
            {
                "scan": row,
                "tone": answers.TONES[row.outcome],
                "name": label("outcome", row.outcome),
                "undone": hasattr(row, "undone"),
            }
            for row in last
        ],
    }
    status = 422 if answer is not None and answer.refused else 0
    if answer is not None and request.headers.get(PIECE):
        return render(request, "partner/piece.html", context, status=status or 200)
    return frame.show(request, "partner/scan.html", context, problems=problems, status=status)


def _count(request: HttpRequest, figure: str) -> None:
    counted = dict(request.session.get(_TALLY, {}))
    counted[figure] = counted.get(figure, 0) + 1
    request.session[_TALLY] = counted


def _names(recalls: Sequence[frame.Running]) -> dict[str, str]:
    return {party.code: party.name for party in frame.parties(recalls, *frame.SITES, "recycler")}
