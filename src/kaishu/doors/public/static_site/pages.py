"""Which pages a copy of the site has, and what each of them shows. No database is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from kaishu.base import language
from kaishu.core import receipts
from kaishu.core.frame import frame_of, product_card
from kaishu.core.pack import Pack
from kaishu.core.sentences import sentence
from kaishu.core.travel import BARS, Rule
from kaishu.doors.public import receipt_keys, views_genuine, views_notice
from kaishu.doors.public.claiming.answers import MOST_UNITS
from kaishu.doors.public.feeds import structured
from kaishu.doors.public.fly_words import CHOICES
from kaishu.doors.public.privacy import views_privacy
from kaishu.doors.public.static_site.links import relative
from kaishu.doors.public.static_site.sheets import rules_of, sheet_file, sheet_of
from kaishu.markets import travel_rules, zone_of

# A page of files has no headers, so it says itself what it may load: nothing from elsewhere.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticPage:
    """One page of the copy: its path ("/ja/r/kumo/"), its template, what it shows."""

    path: str
    template: str
    pack: Pack | None = None
    context: Mapping[str, Any] = field(default_factory=dict)


def pages_in(code: str, packs: list[Pack]) -> Iterator[StaticPage]:
    """Yield every page of one language; the language must be in force."""
    home = {"recalls": [_listed(pack) for pack in packs]}
    yield StaticPage(path=f"/{code}/", template="public/home.html", context=home)
    yield StaticPage(
        path=f"/{code}/check/", template="public/static/check.html", context=_check(packs, "")
    )
    yield StaticPage(
        path=f"/{code}/check/several/",
        template="public/static/everything.html",
        context=_everything(packs),
    )
    yield StaticPage(path=f"/{code}/fly/", template="public/static/fly.html", context=_fly(packs))
    for name, shown in _papers(packs).items():
        yield StaticPage(path=f"/{code}/{name}/", template=shown[0], context=shown[1])
    for pack in packs:
        for name, template, context in _of_recall(pack, code):
            path = f"/{code}/r/{pack.recall.slug}/{name}"
            yield StaticPage(path=path, template=template, pack=pack, context=context)


def _of_recall(pack: Pack, code: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    slug, tag = pack.recall.slug, language.tag()
    about = {
        "cards": _cards(pack),
        "pack": pack,
        "so_far": None,
        "structured": structured.data_block(pack, tag),
    }
    yield "", "public/recall.html", about
    yield "check/", "public/static/check.html", _check([pack], slug)
    yield "notice/", "public/notice.html", views_notice.notice_of(pack, code)
    yield "poster/", "public/poster.html", views_notice.poster_of(pack, code)
    sheet = {"sheet": sheet_of(pack, tag), "pdf": f"/{sheet_file(slug, code)}"}
    yield "sheet/", "public/static/sheet.html", sheet


def render(page: StaticPage, code: str, live: str) -> str:
    """Return a page as HTML with the site's own addresses in it."""
    request = HttpRequest()
    request.method = "GET"
    request.path = request.path_info = page.path
    request.LANGUAGE_CODE = code
    recall = page.pack.recall if page.pack else None
    frame = frame_of(recall, tag=language.tag(), code=code) if recall else {}
    same = page.path.removesuffix("sheet/")  # the one page that the live site does not have
    copy = {"live": f"{live}{same}", "policy": POLICY}
    own = {"copy": copy, "live": live, "root": f"{relative('/', page.path)}/"}
    with timezone.override(zone_of([recall.market] if recall else [])):
        return render_to_string(page.template, {**frame, **page.context, **own}, request)


def front() -> str:
    """Return the first page of the copy: the three languages."""
    names = [
        {"code": code, "tag": language.TAGS[code], "name": name}
        for code, name in language.NAMES.items()
    ]
    context = {"languages": names, "copy": {"policy": POLICY}}
    return render_to_string("public/static/root.html", context)


def _listed(pack: Pack) -> dict[str, Any]:
    zone = zone_of([pack.recall.market]) or UTC
    return {"recall": pack.recall, "cards": _cards(pack), "so_far": None, "zone": zone}


def _cards(pack: Pack) -> list[dict[str, Any]]:
    return [product_card(pack, product) for product in pack.recall.products]


def _papers(packs: list[Pack]) -> dict[str, tuple[str, dict[str, Any]]]:
    return {
        "verify": (
            "public/static/verify.html",
            {"keys": _fingerprints(), "tones": ("ok", "ask", "affected")},
        ),
        "genuine": ("public/genuine.html", views_genuine.genuine_context(packs)),
        "privacy": ("public/privacy/privacy.html", views_privacy.privacy_context()),
        "accessibility": ("public/accessibility.html", {}),
    }


def _fingerprints() -> list[str]:
    return [receipts.fingerprint(public) for public in receipt_keys.held().values()]


def _check(packs: list[Pack], slug: str) -> dict[str, Any]:
    tag = language.tag()
    rules = [rule for pack in packs for rule in pack.recall.rules]
    colours = [
        colour
        for pack in packs
        for product in pack.recall.products
        for colour in (*(v.colour for v in product.variants), *_rule_colours(pack, product.model))
    ]
    channels = {c.code: c.name for pack in packs for c in pack.recall.channels}
    markets = [market.upper() for rule in rules for market in rule.when.markets]
    markets += [pack.recall.market.upper() for pack in packs]
    return {
        "slug": slug,
        "scopes": [_scope(pack, tag) for pack in packs],
        "colours": [each for each in dict.fromkeys(colours) if each],
        "channels": channels.items(),
        "markets": dict.fromkeys(markets),
        "tones": ("affected", "ask", "info", "ok"),
    }


def _everything(packs: list[Pack]) -> dict[str, Any]:
    """Return what the page shows that asks for all that somebody has."""
    models = [product.model for pack in packs for product in pack.recall.products]
    return {
        "slug": "",
        "scopes": [_scope(pack, language.tag()) for pack in packs],
        "example": models[0] if models else "",
        "most_units": MOST_UNITS,
        "problems_of": {
            "none": _("Type at least one serial number."),
            "many": _("This list has %(count)d lines. Check %(most)d at a time."),
            "long": _("Line %(no)d is too long. One unit is one line."),
            "line": _("The answer for line %(no)s"),
        },
    }


def _rule_colours(pack: Pack, model: str) -> list[str]:
    found = [rule.when for rule in pack.recall.rules if rule.product == model]
    return [colour for when in found for colour in (*when.colours, *when.not_colours)]


def _scope(pack: Pack, tag: str) -> dict[str, Any]:
    """Return the rules of a recall in words, product by product."""
    products = [{**card, "rules": rules_of(pack, card["model"], tag)} for card in _cards(pack)]
    return {"recall": pack.recall, "pack": pack, "products": products}


def _fly(packs: list[Pack]) -> dict[str, Any]:
    tag = language.tag()
    routes = []
    for choice in CHOICES["route"]:
        rules = [rule for rule in travel_rules() if choice.value in rule.routes]
        routes.append({"name": str(choice.word), "rules": [_air(rule, tag) for rule in rules]})
    return {"recalls": [pack.recall for pack in packs], "routes": routes}


def _air(rule: Rule, tag: str) -> dict[str, Any]:
    facts = {"free": rule.free_wh, "limit": rule.asked_wh}
    bars = [sentence(f"fly_{bar}", tag, facts).text for bar in BARS if bar in rule.bars]
    carry = [sentence(f"carry_{way}", tag, facts).text for way in rule.carry]
    return {"rule": rule, "bars": bars, "carry": carry}
