"""Tell me if any of these changes: several checked units, one address, one mail, one button."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from kaishu.base import language, same_site
from kaishu.core.answer import find_product
from kaishu.core.pack import Pack
from kaishu.core.recall import say
from kaishu.core.verdict import Answer
from kaishu.doors.public import gatekeeper, site
from kaishu.doors.public.privacy import mailbox
from kaishu.doors.public.problems import Problem
from kaishu.doors.public.views_everything import hear_lines, owned_lines, wishes_of
from kaishu.doors.public.views_several import Line, list_problems
from kaishu.notices import watches
from kaishu.notices.watches import WatchView
from kaishu.people import consent

LONGEST = 4000


@same_site.guarded
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True)
def ask_all(request: HttpRequest, tongue: str) -> HttpResponse:
    """Ask for a mail address for the units of a list that are not affected."""
    given = request.POST if request.method == "POST" else request.GET
    text = given.get("list", "")[:LONGEST].replace("\0", "")
    packs = site.running()
    lines = owned_lines(text, packs)
    if packs and (held := _held(request, text, lines, packs)) is not None:
        return held
    wishes = [] if list_problems(lines) else wishes_of(hear_lines(lines, packs))
    if not wishes:
        return HttpResponseRedirect(f"/{tongue}/check/several/")
    email = request.POST.get("email", "").strip()
    problems: list[Problem] = []
    if request.method == "POST" and request.POST.get("do") != "language":
        email, problems = mailbox.read(email)
        if not problems:
            watches.register_all(
                wishes=wishes, email=email, language=language.tag(), at=timezone.now()
            )
            return _page(request, "watch_sent.html", {"email": email})
    context = {
        "list": text,
        "units": list(dict.fromkeys((unit.model, unit.serial) for _slug, unit in wishes)),
        "email": email,
        "problems": problems,
        "answers": f"/{tongue}/check/several/?{urlencode({'list': text})}",
        "consent": say(consent.current("safety_watch").text, language.tag()),
        "keep_form": "watch",
    }
    return _page(request, "watch_all.html", context, status=422 if problems else 200)


def _held(
    request: HttpRequest, text: str, lines: list[Line], packs: list[Pack]
) -> HttpResponse | None:
    """Pass the gate like every other check: which units can be followed is an answer, too."""
    if request.method == "POST":
        request.GET = QueryDict(urlencode({"list": text}))  # where the gate's page leads back to
    pairs = [(line.model, line.serial) for line in lines]
    return gatekeeper.hold(request, packs[0].recall, packs, pairs)


def own(request: HttpRequest, tongue: str, every: list[WatchView]) -> HttpResponse:
    """Show all wishes of one address, those whose answer changed first."""
    rows = [_row(each, tongue) for each in every]
    context = {
        "rows": sorted(rows, key=lambda row: not row["changed"]),
        "changed": any(row["changed"] for row in rows),
        "affected": any(row["affected"] for row in rows),
        "confirmed": all(each.confirmed_at for each in every),
    }
    return _page(request, "watch_own_all.html", context)


def _row(found: WatchView, tongue: str) -> dict[str, Any]:
    recall = site.pack_of(found.recall_slug).recall
    product = find_product(recall, found.inspection.model)
    query = urlencode({"model": found.inspection.model, "serial": found.inspection.serial})
    return {
        "name": say(product.name, language.tag()) if product else "",
        "title": recall.title,
        "model": found.inspection.model,
        "serial": found.inspection.serial,
        "changed": found.answer in (Answer.AFFECTED, Answer.ASK),
        "affected": found.answer == Answer.AFFECTED,
        "stop_use": recall.stop_use,
        "check": f"/{tongue}/r/{found.recall_slug}/check/?{query}",
    }


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    return site.show(request, f"public/privacy/{template}", None, context, status=status)
