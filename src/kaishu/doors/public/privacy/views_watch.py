"""Tell me if this changes: one field, one mail, one button. Opening a link changes nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from kaishu.base import language, same_site
from kaishu.core import asking
from kaishu.core.answer import find_product, judge
from kaishu.core.pack import Pack
from kaishu.core.recall import say
from kaishu.core.verdict import Answer
from kaishu.doors.public import errors, gatekeeper, site
from kaishu.doors.public.privacy import mailbox, views_watch_all
from kaishu.doors.public.problems import Problem
from kaishu.notices import watches
from kaishu.people import consent

LONGEST = 200


@same_site.guarded
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True)
def ask(request: HttpRequest, tongue: str, slug: str) -> HttpResponse:
    """Ask for a mail address for one checked unit, and send the link that confirms it."""
    pack = site.pack_of(slug)
    given = request.POST if request.method == "POST" else request.GET
    said = {name: given.get(name, "").strip()[:LONGEST].replace("\0", "") for name in asking.FACTS}
    if not said["model"]:
        return HttpResponseRedirect(f"/{tongue}/r/{slug}/check/")
    if request.method != "POST":  # its page says whether the unit is affected, as the check does
        pairs = [(said["model"], said["serial"])]
        if (held := gatekeeper.hold(request, pack.recall, [pack], pairs)) is not None:
            return held
    inspection = asking.read_said(said).inspection()
    email = request.POST.get("email", "").strip()
    problems: list[Problem] = []
    if request.method == "POST" and request.POST.get("do") != "language":
        email, problems = mailbox.read(email)
        if not problems:
            watches.register(
                recall_slug=slug,
                inspection=inspection,
                email=email,
                language=language.tag(),
                at=timezone.now(),
            )
            return _page(request, "watch_sent.html", pack, {"email": email, "said": said})
    context = {
        "said": said,
        "name": _name(pack, said["model"]),
        "email": email,
        "problems": problems,
        "affected": not problems and judge(pack, inspection).answer is Answer.AFFECTED,
        "check": f"/{tongue}/r/{slug}/check/?{_query(said)}",
        "consent": say(consent.current("safety_watch").text, language.tag()),
        "keep_form": "watch",
    }
    return _page(request, "watch.html", pack, context, status=422 if problems else 200)


@same_site.guarded
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_store=True)
def watch(request: HttpRequest, tongue: str, token: str) -> HttpResponse:
    """Confirm or stop a notice; only a pressed button does either."""
    try:
        every = watches.find_all(token)
    except watches.WatchNotFound:
        return errors.no_such_watch(request)
    found = every[0]
    pack = site.pack_of(found.recall_slug)
    do = request.POST.get("do", "") if request.method == "POST" else ""
    if do == "stop":
        watches.stop(token=token)
        return _page(request, "watch_stopped.html", pack, {})
    if do == "confirm":
        watches.confirm(token=token, at=timezone.now())
        return HttpResponseRedirect(f"/{tongue}/watch/{token}/")
    if len(every) > 1:
        return views_watch_all.own(request, tongue, every)
    unit = found.inspection
    said = {"serial": "", **asking.address_of(unit)}
    context = {
        "watch": found,
        "said": said,
        "name": _name(pack, unit.model),
        "changed": found.answer in (Answer.AFFECTED, Answer.ASK),
        "affected": found.answer == Answer.AFFECTED,
        "check": f"/{tongue}/r/{found.recall_slug}/check/?{_query(said)}",
    }
    return _page(request, "watch_own.html", pack, context)


def _page(
    request: HttpRequest, template: str, pack: Pack, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    place = f"public/privacy/{template}"
    return site.show(request, place, pack.recall, context, status=status)


def _name(pack: Pack, model: str) -> str:
    product = find_product(pack.recall, model)
    return say(product.name, language.tag()) if product else ""


def _query(said: dict[str, str]) -> str:
    return urlencode({name: value for name, value in said.items() if value or name == "serial"})
