"""The owner's pages as a draft would make them: real pages over a throwaway pack, marked so.

The public door itself answers; its links are led back into the preview. Nothing is published and
nothing that is typed there is kept.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kaishu.base import clock, language
from kaishu.base.desk import problem_of
from kaishu.base.language import NAMES, TAGS
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.core import pack as packs
from kaishu.core.errors import Refusal
from kaishu.core.pack import Pack
from kaishu.core.recall import Recall, say
from kaishu.doors.console import frame
from kaishu.doors.console.recalls.opened import Opened, open_draft, show
from kaishu.editions.drafting import preview
from kaishu.editions.drafting.errors import DraftNotFound
from kaishu.editions.place import previewed
from kaishu.markets import zone_of

SHOWN = frozenset(
    {
        "public:home",
        "public:recall",
        "public:check",
        "public:notice",
        "public:poster",
        "public:picture",
        "public:anywhere",
    }
)
REMEDIES = "public:claim"
_LINK = re.compile(rb'(href|action|formaction|src)="/((?:ja|zh-hans|en|pictures)/)')


@staff(*frame.RECALLS)
@require_safe
def index(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Offer every page in three languages, and a serial for each answer that can be given."""
    try:
        opened = open_draft(draft_id)
    except DraftNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    heading = {"heading": _("Preview")}
    try:
        pack = _pack(opened)
    except Refusal as refusal:
        return show(
            request,
            "console/recalls/preview.html",
            opened,
            heading,
            problems=(problem_of(refusal),),
            status=409,
        )
    base = f"/staff/recalls/drafts/{draft_id}/preview"
    context = {
        **heading,
        "tongues": [
            {"code": code, "tag": tag, "name": NAMES[code], "base": f"{base}/{code}"}
            for code, tag in TAGS.items()
        ],
        "slug": pack.recall.slug,
        "samples": preview.samples(pack),
    }
    return show(request, "console/recalls/preview.html", opened, context)


@staff(*frame.RECALLS)
@require_safe
def page(request: HttpRequest, draft_id: int, path: str) -> HttpResponse:
    """Show one public page of the draft, marked as a preview."""
    try:
        opened = open_draft(draft_id)
        pack = _pack(opened)
    except DraftNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    except Refusal as refusal:
        return refusal_page(request, refusal, status=409)
    base = f"/staff/recalls/drafts/{draft_id}/preview"
    code = language.of_path(f"/{path}") or "en"
    with translation.override(code):
        response = _answered(request, pack, f"/{path}", code, base)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.content = _marked(response.content, base, code, draft_id)
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = TAGS[code]
    return response


def _pack(opened: Opened) -> Pack:
    folder = preview.built(opened.revision, at=clock.now())
    return packs.current(folder, opened.draft.slug)


def _answered(request: HttpRequest, pack: Pack, path: str, code: str, base: str) -> HttpResponse:
    """Let the public view answer from the draft's pack; what it does not know is not shown."""
    try:
        match = resolve(path)
    except Resolver404:
        raise Http404(path) from None
    if match.view_name == REMEDIES:
        return _remedies(request, pack, code)
    if match.view_name not in SHOWN:
        return render(request, "console/recalls/preview_none.html", _frame_of(pack.recall, code))
    asked = copy.copy(request)
    asked.path = asked.path_info = path
    asked.LANGUAGE_CODE = code
    asked.lang = TAGS[code]  # type: ignore[attr-defined]  # as base.language does
    with previewed(pack.path.parent):
        response: HttpResponse = match.func(asked, *match.args, **match.kwargs)
    if location := response.headers.get("Location"):
        response["Location"] = f"{base}{location}"
    return response


def _marked(content: bytes, base: str, code: str, draft_id: int) -> bytes:
    """Lead links back into the preview, and say on top what this page is."""
    led = _LINK.sub(rb'\1="' + base.encode() + rb"/\2", content)
    top = render_to_string(
        "console/recalls/preview_top.html", {"draft_id": draft_id, "tag": TAGS[code]}
    )
    head = render_to_string("console/recalls/preview_head.html")
    led = led.replace(b"</head>", head.encode() + b"</head>", 1)
    return led.replace(b"<header", top.encode() + b"<header", 1)


def _frame_of(recall: Recall, code: str) -> dict[str, Any]:
    tag = TAGS[code]
    return {
        "recall": recall,
        "company": say(recall.company, tag),
        "phone": recall.phone,
        "phone_hours": say(recall.phone_hours, tag),
        "notice_url": recall.notice_url,
        "home": f"/{code}/r/{recall.slug}/",
    }


def _remedies(request: HttpRequest, pack: Pack, code: str) -> HttpResponse:
    """Show the choice of remedies as it stands in a claim, for the model that was checked."""
    recall = pack.recall
    model = request.GET.get("model", "") or recall.products[0].model
    offered = recall.remedies_for(model) or recall.remedies
    context = {
        **_frame_of(recall, code),
        "heading": _("What would you like to receive?"),
        "why": _("You choose. You can change it until the return bag leaves us."),
        "single": {"auto_id": "id-remedy", "value": "", "errors": ()},
        "expires_at": clock.now(),
        "cards": [
            {
                "id": f"id-remedy_{number}",
                "remedy": remedy,
                "compared": remedy.compared(model),
                "pickup": False,
            }
            for number, remedy in enumerate(offered)
        ],
    }
    with timezone.override(zone_of([recall.market])):
        return render(request, "public/claiming/remedy.html", context)
