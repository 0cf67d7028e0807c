"""The claim page: answers come in, one claim goes out, and nothing typed is ever lost."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from kaishu.base import language
from kaishu.claims.actions import submit_claim
from kaishu.claims.errors import ClaimKeyReused
from kaishu.core.errors import Refusal
from kaishu.core.pack import Pack
from kaishu.core.sentences import sentence
from kaishu.doors.public import claim_page, site
from kaishu.doors.public.claim_form import CONSENT, Problem
from kaishu.doors.public.claim_page import ClaimPage

# So that "back" after sending leads to the claim that was sent, on this browser only.
SENT = "kaishu-sent"
HOUR = 3600


@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, tongue: str, slug: str) -> HttpResponse:
    """Show the claim page, change it, or send the claim, by the button that was pressed."""
    pack = site.pack_of(slug)
    if request.method != "POST":
        return _show(request, pack, claim_page.fresh(pack.recall, request.GET), [])
    do, _, which = request.POST.get("do", "submit").partition("-")
    if do == "submit":
        return _submit(request, pack, tongue)
    page = claim_page.typed_page(request, pack.recall, judged=False)
    if do == "add":
        page = claim_page.with_another(page)
    elif do == "remove" and which.isascii() and which.isdigit():
        page = claim_page.without(page, int(which))
    return _show(request, pack, page, [])


def _submit(request: HttpRequest, pack: Pack, tongue: str) -> HttpResponse:
    page = claim_page.typed_page(request, pack.recall, judged=True)
    page = claim_page.judge_files(page)
    problems = claim_page.problems(page)
    if problems:
        return _show(request, pack, page, problems)
    try:
        sent = submit_claim(
            facts=claim_page.facts_of(page),
            key=page.key,
            door="public",
            by="owner",
            at=timezone.now(),
        )
    except ClaimKeyReused:
        context = {"sent": _sent_before(request, tongue)}
        return site.show(request, "public/already_sent.html", pack.recall, context, status=409)
    except Refusal as refusal:
        found = sentence(refusal.code, language.tag(), refusal.facts)
        return _show(request, pack, page, [Problem("", found.text, found.next)])
    response = HttpResponseRedirect(f"/{tongue}/c/{sent.token}/")
    response.set_cookie(
        SENT,
        sent.token,
        max_age=HOUR,
        path=request.path,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


def _sent_before(request: HttpRequest, tongue: str) -> str:
    """Return the address of the claim that this browser sent within the hour, or nothing."""
    token = request.COOKIES.get(SENT, "")
    return f"/{tongue}/c/{token}/" if re.fullmatch(r"[\w-]{8,80}", token) else ""


def _show(
    request: HttpRequest, pack: Pack, page: ClaimPage, problems: list[Problem]
) -> HttpResponse:
    context = {
        "page": page,
        "problems": problems,
        "consent": CONSENT,
        "cards": {p.model: site.product_card(pack, p) for p in pack.recall.products},
        "keep_form": "claim",
        "sent": _sent_before(request, language.of_path(request.path) or "en"),
    }
    status = 422 if problems else 200
    return site.show(request, "public/claim.html", pack.recall, context, status=status)
