"""The bench: one large box for the scanner, one large answer. No personal data at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kaishu.base import clock, desk, language
from kaishu.base.desk import Problem
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.core.sentences import sentence
from kaishu.doors.partner import frame
from kaishu.doors.partner.codes import read_label
from kaishu.doors.partner.labels import label
from kaishu.returns import actions as returns
from kaishu.returns.queries import recent_scans
from kaishu.returns.scans import REPORTED, Scanned

LAST = 10
_TONES = {
    "ok": "ok",
    "swollen": "affected",
    "wrong_item": "ask",
    "empty": "ask",
    "contested": "ask",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """The band over the box: a word, a sentence, the next step, and the code it is about."""

    tone: str
    headline: str
    text: str
    next: str
    typed: str = ""
    case_no: str = ""
    unit_no: int = 0


@staff(*frame.SCAN)
@require_http_methods(["GET", "HEAD", "POST"])
def scan(request: HttpRequest) -> HttpResponse:
    """Show the bench; the POST takes one scan and answers on the same page.

    The answer is not behind a redirect: the next scan may come in a second. Sending it again
    repeats its key, which gives the first answer.
    """
    sites = frame.parties(frame.running(), *frame.SITES)
    site = frame.site_of(request, sites)
    if request.method != "POST":
        return _show(request, sites, site)
    if site is None:
        missing = Problem(_("Choose the site first."), _("Then scan again."), "id-site")
        return _show(request, sites, site, problems=[missing])
    typed = request.POST.get("code", "")
    try:
        case_no, unit_no = read_label(typed)
        scanned = returns.scan_parcel(
            case_no=case_no,
            unit_no=unit_no,
            site=site.code,
            outcome=request.POST.get("outcome", ""),
            by=request.user.get_username(),
            at=clock.now(),
            key=desk.key_of(request),
        )
    except Refusal as refusal:
        return _show(request, sites, site, answer=_refused(refusal, typed), status=422)
    return _show(request, sites, site, answer=_answer(scanned))


@staff(*frame.SCAN)
@require_POST
def choose_site(request: HttpRequest) -> HttpResponse:
    """Remember where the person works."""
    code = request.POST.get("site", "")
    if code in {site.code for site in frame.parties(frame.running(), *frame.SITES)}:
        frame.keep_site(request, code)
    back = request.POST.get("back", "")
    return HttpResponseRedirect(back if back in ("/depot/containers/",) else "/depot/")


def _show(
    request: HttpRequest,
    sites: list[frame.Party],
    site: frame.Party | None,
    *,
    answer: Answer | None = None,
    problems: list[Problem] | None = None,
    status: int = 0,
) -> HttpResponse:
    last = recent_scans(site=site.code, limit=LAST) if site else []
    context: dict[str, Any] = {
        "sites": sites,
        "site": site,
        "answer": answer,
        "outcomes": [{"code": code, "name": label("outcome", code)} for code in REPORTED],
        "last": [
            {"scan": row, "tone": _TONES[row.outcome], "name": label("outcome", row.outcome)}
            for row in last
        ],
    }
    return frame.show(request, "partner/scan.html", context, problems=problems or [], status=status)


def _answer(scanned: Scanned) -> Answer:
    facts = {"site": scanned.site, "outcome": label("outcome", scanned.outcome)}
    said = sentence(scanned.code, language.tag(), facts)
    repeated = _("Already scanned")
    headline = repeated if scanned.repeated else label("outcome", scanned.outcome)
    tone = "info" if scanned.repeated else _TONES[scanned.outcome]
    return Answer(tone, headline, said.text, said.next, "", scanned.case_no, scanned.unit_no)


def _refused(refusal: Refusal, typed: str) -> Answer:
    said = sentence(refusal.code, language.tag(), refusal.facts)
    return Answer("affected", _("Not recorded"), said.text, said.next, typed.strip()[:40])
