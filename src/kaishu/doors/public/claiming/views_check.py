"""Check your answers, and send. What is sent is what this very page showed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from kaishu.base import language, same_site
from kaishu.base.clock import now
from kaishu.core.errors import Refusal
from kaishu.core.sentences import sentence
from kaishu.doors.public import errors
from kaishu.doors.public.claiming import check, frame, path, send
from kaishu.doors.public.claiming.questions import Visit
from kaishu.doors.public.claiming.send import AnswersChanged
from kaishu.doors.public.claiming.views import already_sent, visit_of
from kaishu.doors.public.problems import Problem

CHANGED = 409


@cache_control(no_store=True, private=True)
@same_site.guarded
@require_http_methods(["GET", "HEAD", "POST"])
def check_answers(request: HttpRequest, tongue: str, token: str) -> HttpResponse:
    """Show every answer; send them where they are still the ones that the page showed."""
    visit = visit_of(token)
    if visit is None:
        return errors.no_such_draft(request)
    if visit.draft.link:
        if request.method == "POST" and request.POST.get("do") == "send":
            return HttpResponseRedirect(f"/{tongue}/c/{visit.draft.link}/")
        return already_sent(request, tongue, visit)
    root = frame.base(tongue, token)
    open_step = path.open_step(visit)
    if open_step is not None:
        return HttpResponseRedirect(root + open_step.address)
    if request.method != "POST" or request.POST.get("do") == "language":
        return _show(request, root, visit, [])
    try:
        if request.POST.get("version") != str(visit.draft.version):
            raise AnswersChanged
        draft = send.send(visit, at=now())
    except AnswersChanged as refusal:
        return _changed(request, root, token, refusal)
    except Refusal as refusal:
        found = sentence(refusal.code, language.tag(), refusal.facts)
        return _show(request, root, visit, [Problem("", found.text, found.next)])
    return HttpResponseRedirect(f"/{tongue}/c/{draft.link}/")


def _changed(request: HttpRequest, root: str, token: str, refusal: Refusal) -> HttpResponse:
    """Show the newest answers instead of sending what nobody saw."""
    visit = visit_of(token)
    if visit is None or visit.draft.link:
        return HttpResponseRedirect(f"{root}check/")
    said = sentence(refusal.code, language.tag())
    return _show(request, root, visit, [Problem("answers", said.text, said.next)], status=CHANGED)


def _show(
    request: HttpRequest, root: str, visit: Visit, problems: list[Problem], status: int = 0
) -> HttpResponse:
    back = list(path.steps(visit))[-1]
    context = {
        "parts": list(check.parts(visit)),
        "version": visit.draft.version,
        "back": root + back.address,
    }
    return frame.show(
        request, root, "public/claiming/check.html", visit, context, problems, status=status
    )
