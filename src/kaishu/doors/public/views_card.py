"""The flight card of one unit: a page, and the same on one sheet for the desk at an airport.

A card is a look like any check: it passes the same gate. No database, and nothing is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import urlencode, urlsplit

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kaishu.base import clock, language
from kaishu.core import receipts
from kaishu.core.answer import spoken_date
from kaishu.core.errors import Refusal
from kaishu.core.flight_card import DAYS, FlightCard, flight_card
from kaishu.core.gate_page import PASS
from kaishu.core.pack import Pack
from kaishu.core.recall import LANGUAGES, Text, say
from kaishu.core.sentences import sentence
from kaishu.doors.public import gatekeeper, receipt_keys, site
from kaishu.markets import travel_rules, zone_of
from kaishu.paper.flight_card import Card, Words, card_pdf

_FIELDS = ("model", "serial", "route")
_LONGEST = 120


@require_safe
def card(request: HttpRequest, tongue: str, slug: str) -> HttpResponse:
    """Show the card, or say why there is none; without a number, ask for it."""
    pack, running, asked = site.pack_of(slug), site.running(), _asked(request)
    if not asked["serial"].strip():
        return _page(request, pack, {"asked": asked})
    if (held := _held(request, pack, running, asked)) is not None:
        return held
    try:
        made = _made(pack, running, asked)
    except Refusal as refusal:
        told = sentence(refusal.code, language.tag())
        return _page(request, pack, {"asked": asked, "refused": told, "code": refusal.code})
    return _page(request, pack, _shown(made) | {"asked": asked, "pdf": _query(request)})


@require_safe
def sheet(request: HttpRequest, tongue: str, slug: str) -> HttpResponse:
    """Give the card as one A4 page; where there is none, the page says why."""
    pack, running, asked = site.pack_of(slug), site.running(), _asked(request)
    if asked["serial"].strip() and (held := _held(request, pack, running, asked)) is not None:
        return held
    try:
        made = _made(pack, running, asked)
    except Refusal:
        return HttpResponseRedirect(f"/{tongue}/r/{slug}/card/?{_query(request)}")
    return _file(made)


@cache_control(public=True, max_age=60)
def _page(request: HttpRequest, pack: Pack, context: Mapping[str, Any]) -> HttpResponse:
    return site.show(request, "public/card.html", pack.recall, {"days": DAYS, **context})


def _asked(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "")[:_LONGEST] for name in _FIELDS}


def _query(request: HttpRequest) -> str:
    """Return the same question, with the pass of the gate where one was given."""
    found = {name: request.GET.get(name, "") for name in (*_FIELDS, PASS)}
    return urlencode({name: value for name, value in found.items() if value})


def _held(
    request: HttpRequest, pack: Pack, running: Sequence[Pack], asked: Mapping[str, str]
) -> HttpResponse | None:
    pairs = [(asked["model"], asked["serial"])]
    return gatekeeper.hold(request, pack.recall, [pack, *running], pairs)


def _made(pack: Pack, running: Sequence[Pack], asked: Mapping[str, str]) -> FlightCard:
    zone = zone_of([pack.recall.market]) or UTC
    today = clock.now().astimezone(zone).date()
    return flight_card(pack, running, on=today, rules=travel_rules(), **asked)


def _signed(made: FlightCard) -> tuple[str, str]:
    """Return the code of a card, and the address that a camera opens."""
    code = receipt_keys.sign(made.said(_issuer()))
    return code, f"{settings.KAISHU_PUBLIC_URL}/en/verify/?code={code}"


def _issuer() -> str:
    return urlsplit(settings.KAISHU_PUBLIC_URL).netloc


def _shown(made: FlightCard) -> dict[str, Any]:
    code, address = _signed(made)
    return {
        "made": made,
        "words": [_words(made, tag) for tag in _ordered()],
        "code": code,
        "address": address,
        "qr": _drawn(address),
        "key": receipts.fingerprint(receipt_keys.in_force()),
    }


def _ordered() -> list[str]:
    """Return the three languages, the reader's first."""
    return sorted(LANGUAGES, key=lambda tag: tag != language.tag())


def _words(made: FlightCard, tag: str) -> Words:
    facts = {
        "issuer": _issuer(),
        "day": spoken_date(made.on, tag),
        "until": spoken_date(made.until, tag),
        "days": DAYS,
    }
    lines = [sentence(f"card_{each}", tag, facts).text for each in ("says", "until")]
    for each, routes in (("open", made.open), ("closed", made.closed)):
        if routes:
            lines.append(sentence(f"card_{each}", tag, {"routes": _routes(routes, tag)}).text)
    lines += [sentence(f"card_{each}", tag).text for each in ("limits", "check")]
    return Words(language=tag, title=sentence("card_title", tag).text, lines=tuple(lines))


def _routes(routes: Sequence[str], tag: str) -> str:
    names = (sentence(f"card_route_{each}", tag).text for each in routes)
    return (", " if tag == "en" else "、").join(names)


def _drawn(address: str) -> SafeString:
    svg = segno.make(address, error="l", micro=False).svg_inline(
        omitsize=True, border=4, svgclass=None, lineclass=None
    )
    return mark_safe(svg)  # noqa: S308 (segno writes only lines, never the text itself)


def _file(made: FlightCard) -> HttpResponse:
    code, address = _signed(made)
    recall = made.pack.recall
    product = recall.product(made.model)
    facts = (
        (_label("model"), made.model),
        (_label("serial"), made.serial),
        (_label("recall"), _each(recall.title)),
        (_label("edition"), ", ".join(f"{r.recall} {r.number}" for r in made.editions)),
    )
    pdf = card_pdf(
        Card(
            words=tuple(_words(made, tag) for tag in _ordered()),
            facts=facts,
            name=_each(product.name) if product else made.model,
            address=address,
            page=address.partition("?")[0],
            code=code,
            key_label=_label("key"),
            key=receipts.fingerprint(receipt_keys.in_force()),
        ),
        at=datetime.combine(made.on, time.min, UTC),
    )
    response = HttpResponse(pdf, content_type="application/pdf")
    name = f"flight-card-{made.serial[-receipts.SHOWN_SIGNS :]}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _label(name: str) -> str:
    return _each({tag: sentence(f"card_label_{name}", tag).text for tag in LANGUAGES})


def _each(text: Text) -> str:
    """Say a text in the three languages, each wording once."""
    return " / ".join(dict.fromkeys(say(text, tag) for tag in _ordered()))
