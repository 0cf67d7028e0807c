"""Report that something happened: what to do now comes first, then as few questions as possible.

No claim, no name and no cookie is needed. The report gets a number, and its own address shows
what happens next and by when.
"""

from __future__ import annotations

import re
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods, require_safe

from kaishu.base import clock, idempotency, language, same_site
from kaishu.base.desk import Problem
from kaishu.core.errors import Refusal
from kaishu.core.pack import Pack
from kaishu.core.sentences import sentence
from kaishu.doors.public import site
from kaishu.doors.public.danger_form import DangerForm
from kaishu.incidents import actions as incidents
from kaishu.incidents import queries
from kaishu.incidents.models import Incident
from kaishu.markets import zone_of
from kaishu.notices import queries as notices

_KEY = re.compile(r"[0-9a-f]{32}")


@same_site.guarded
@require_http_methods(["GET", "HEAD", "POST"])
def danger(request: HttpRequest, tongue: str, slug: str) -> HttpResponse:
    """Say what to do first, ask what happened, and keep the report."""
    pack = site.pack_of(slug)
    now = clock.now()
    if request.method != "POST":
        model = request.GET.get("model", "")
        known = model if pack.recall.product(model) else ""
        return _ask(request, pack, _form(pack, now, initial={"model": known}))
    if request.POST.get("do") == "language":
        return _ask(request, pack, _form(pack, now, initial=request.POST.dict()))
    form = _form(pack, now, data=request.POST)
    if not form.is_valid():
        return _ask(request, pack, form, _problems(form))
    try:
        reference = _report(request, pack, form, now)
    except Refusal as refusal:
        found = sentence(refusal.code, language.tag(), refusal.facts)
        return _ask(request, pack, form, [Problem(found.text, found.next)])
    return HttpResponseRedirect(f"/{tongue}/r/{slug}/danger/{reference}/")


@require_safe
def reported(request: HttpRequest, tongue: str, slug: str, reference: str) -> HttpResponse:
    """Show the number of a report, what to do until then, and by when somebody calls."""
    pack = site.pack_of(slug)
    found = queries.by_key(_key(reference)) if _KEY.fullmatch(reference) else None
    if found is None or found.recall_slug != slug:
        raise Http404(reference)
    context = {
        "incident": found,
        "now": sentence(f"triage_{found.kind}", language.tag()),
        "call_by": _call_by(found),
    }
    response = site.show(request, "public/danger_reported.html", pack.recall, context)
    response["Cache-Control"] = "no-store"
    return response


def _form(pack: Pack, now: datetime, **given: object) -> DangerForm:
    zone = zone_of([pack.recall.market])
    return DangerForm(recall=pack.recall, today=now.astimezone(zone).date(), **given)


def _ask(
    request: HttpRequest, pack: Pack, form: DangerForm, problems: list[Problem] | None = None
) -> HttpResponse:
    key = request.POST.get("key", "")
    context = {
        "form": form,
        "key": key if _KEY.fullmatch(key) else idempotency.new_key(),
        "problems": problems or [],
        "first": sentence("triage_first", language.tag()),
        "keep_form": "danger",
    }
    status = 422 if problems else 200
    response = site.show(request, "public/danger.html", pack.recall, context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _problems(form: DangerForm) -> list[Problem]:
    """List what to mend, in the order of the page."""
    return [
        Problem(str(form.errors[name][0]), id=f"id-{name}_0" if name == "what" else f"id-{name}")
        for name in form.fields
        if name in form.errors
    ]


def _report(request: HttpRequest, pack: Pack, form: DangerForm, now: datetime) -> str:
    key = request.POST.get("key", "")
    reference = form.reference(key if _KEY.fullmatch(key) else idempotency.new_key())
    said = form.report()
    incidents.report(
        key=_key(reference),
        recall_slug=pack.recall.slug,
        market=pack.recall.market,
        product=said.product,
        kind=said.kind,
        door="public",
        by="owner",
        at=now,
        words=said.words,
        injured=said.injured,
        fire=said.fire,
        fire_service=said.fire_service,
        happened_at=said.happened_on,
        language=language.tag(),
        contact=said.contact,
    )
    return reference


def _key(reference: str) -> str:
    return f"public:{reference}"


def _call_by(found: Incident) -> datetime | None:
    """Return when somebody calls at the latest; None where nobody can, or calls already do."""
    call = notices.call_of(f"incident:{found.number}")
    return call.due_at if call else None
