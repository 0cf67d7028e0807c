"""Check a receipt: here without a script, or on one's own machine with a file that needs no net."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kaishu.base import clock, language
from kaishu.base.words import word
from kaishu.core import receipts
from kaishu.core.errors import Refusal
from kaishu.core.flight_card import NOT_AFFECTED, VALID_UNTIL, standing
from kaishu.core.pack import PackMissing
from kaishu.core.recall import say
from kaishu.core.receipts import Receipt
from kaishu.core.sentences import sentence
from kaishu.doors.public import receipt_keys, site
from kaishu.doors.public.feeds.answering import open_data, whole
from kaishu.doors.public.feeds.structured import ESCAPES
from kaishu.doors.public.problems import Problem
from kaishu.editions import keys as keys_of_editions
from kaishu.editions import queries as editions
from kaishu.markets import zone_of

REFUSALS = (
    "receipt_unreadable",
    "receipt_key_unknown",
    "receipt_forged",
    "receipt_of_another_unit",
)
ENDS = ("disposed", "repaired", "made_safe", "paid", NOT_AFFECTED, VALID_UNTIL)
CARDS = ("card_genuine", "card_expired", "card_outdated")


@require_safe
@cache_control(private=True, no_cache=True)
def verify(request: HttpRequest, tongue: str) -> HttpResponse:
    """Say whether the code of a receipt is genuine, and whether it belongs to the unit typed."""
    code, unit = request.GET.get("code", "").strip(), request.GET.get("unit", "").strip()
    context: dict[str, Any] = {
        "code": code[: receipts.MOST_SIGNS],
        "unit": unit[:60],
        "keys": [receipts.fingerprint(public) for public in receipt_keys.known().values()],
        "problems": [],
    }
    if code:
        context |= _checked(code, unit)
    elif "code" in request.GET:
        context["problems"] = [Problem("id-code", _("Paste the code of the receipt."))]
    return site.show(request, "public/verify.html", None, context)


@open_data
def keys(request: HttpRequest) -> HttpResponse:
    """List the public keys that receipts are signed with, the one in force first."""
    return _listed(request, receipt_keys.known())


@open_data
def edition_keys(request: HttpRequest) -> HttpResponse:
    """List the public keys that edition packs are signed with, the one in force first."""
    return _listed(request, keys_of_editions.known())


def _listed(request: HttpRequest, known: Mapping[str, bytes]) -> HttpResponse:
    listed = [
        {"id": name, "ed25519": public.hex(), "fingerprint": receipts.fingerprint(public)}
        for name, public in known.items()
    ]
    body = json.dumps(listed, indent=1).encode() + b"\n"
    return whole(request, body, media_type="application/json; charset=utf-8", language="en")


@require_safe
@cache_control(public=True, max_age=3600)
def verifier(request: HttpRequest) -> HttpResponse:
    """Give a page that checks receipts without us: one file with our keys and no address in it."""
    known = {name: public.hex() for name, public in receipt_keys.known().items()}
    data = json.dumps({"keys": known, "words": offline_words()}, ensure_ascii=False).translate(
        ESCAPES
    )
    page = render_to_string("public/verifier.html", {"data": data})
    response = HttpResponse(page)
    response["Content-Language"] = "ja, zh-Hans, en"
    response["Content-Disposition"] = 'attachment; filename="kaishu-receipts.html"'
    return response


def _checked(code: str, unit: str) -> dict[str, Any]:
    try:
        said = receipt_keys.check(code, unit=unit)
    except Refusal as refusal:
        return {"refused": sentence(refusal.code, language.tag(), refusal.facts)}
    return {
        "said": said,
        "recall_title": _title(said),
        "proven": tuple({(each.what, each.on): each for each in said.proven}.values()),
        "matched": unit,
        **_card(said),
    }


def _card(said: Receipt) -> dict[str, Any]:
    """Return what a flight card is worth today; nothing for the receipt of a claim."""
    running = site.running()
    market = next((p.recall.market for p in running if p.recall.slug == said.recall), "")
    today = clock.now().astimezone(zone_of([market]) or UTC).date()
    if (now := standing(said, running, today=today)) is None:
        return {}
    code = CARDS[1] if now.expired else CARDS[2] if now.outdated else CARDS[0]
    return {"card": sentence(code, language.tag()), "good": code == CARDS[0]}


def _title(said: Receipt) -> str:
    """Return the recall's title where it is one of ours and still here, else its name."""
    try:
        return say(editions.current_pack(said.recall).recall.title, language.tag())
    except PackMissing:
        return said.recall


def offline_words() -> dict[str, dict[str, Any]]:
    """Return what a page says that checks receipts without us, in the three languages."""
    found = {}
    for code, tag in language.TAGS.items():
        with translation.override(code), timezone.override(None):
            found[tag] = {
                "name": language.NAMES[code],
                "title": _("Is this receipt genuine?"),
                "code": _("Code of the receipt"),
                "unit": _("Serial number of the unit"),
                "check": _("Check the receipt"),
                "good": _("This receipt is genuine."),
                "match": _("It belongs to the unit that you typed."),
                "open": _("Type the serial number, too, to see whether it belongs to that unit."),
                "old": _(
                    "This browser cannot check it. Use a newer one, or the page of the issuer."
                ),
                "made": _(
                    "This file works without a network. What you type stays on this machine."
                ),
                "issuer": _("Issued by"),
                "recall": _("Recall"),
                "product": _("Product"),
                "ending": _("Serial number ends with"),
                "ends": {end: word(end) for end in ENDS},
                "refused": {name: _sentence(name, tag) for name in REFUSALS},
                "card": {name: _sentence(name, tag) for name in CARDS},
            }
    return found


def _sentence(code: str, tag: str) -> dict[str, str]:
    found = sentence(code, tag, {"product": "{product}", "unit": "{unit}"})
    return {"text": found.text, "next": found.next}
