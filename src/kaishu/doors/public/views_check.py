"""The check: which model, which serial, then one answer. No database, no session, no name asked.

Everything is in the address, so that an answer can be bookmarked, sent on and kept by a cache.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kaishu.base import language
from kaishu.core.answer import ASKS, Inspection, colours_of, find_product, judge, tell
from kaishu.core.everywhere import Hearing, hear
from kaishu.core.pack import Pack
from kaishu.core.recall import Product
from kaishu.core.verdict import Answer
from kaishu.doors.public import site, typed
from kaishu.doors.public.problems import Problem

TONES = {
    Answer.AFFECTED: "affected",
    Answer.NOT_AFFECTED: "ok",
    Answer.ASK: "ask",
    Answer.NO_SUCH_MODEL: "info",
}
DO_NOT_KNOW = "unknown"


@dataclass(frozen=True, slots=True)
class Said:
    """What the address says: as typed, and read where it can be read."""

    model: str
    serial: str
    colour: str
    bought: str
    market: str
    bought_on: date | None = None
    bought_unreadable: bool = False

    def inspection(self, pack: Pack) -> Inspection:
        """Return the facts that the verdict rests on; what is not known stays empty."""
        return Inspection(
            model=self.model,
            serial=self.serial,
            colour="" if self.colour == DO_NOT_KNOW else self.colour,
            bought=self.bought_on,
            market="" if self.market == DO_NOT_KNOW else self.market,
        )

    def query(self) -> str:
        """Return the same facts for the address of the claim page and of other recalls."""
        pairs = {"model": self.model, "serial": self.serial, "colour": self.colour}
        pairs["bought"] = self.bought_on.isoformat() if self.bought_on else ""
        return urlencode({k: v for k, v in pairs.items() if v and v != DO_NOT_KNOW})


@require_safe
@cache_control(public=True, max_age=60)
def check(request: HttpRequest, tongue: str, slug: str) -> HttpResponse:
    """Ask for the model, then the serial, then answer; ask more only where the verdict asks."""
    pack = site.pack_of(slug)
    said = _said(request.GET)
    product = find_product(pack.recall, said.model)
    if not said.model:
        return _ask_model(request, pack, asked="model" in request.GET)
    if product is not None and "serial" not in request.GET:
        return _ask_serial(request, pack, product, said, [])
    verdict = judge(pack, said.inspection(pack))
    if product is not None:
        if verdict.reason == "serial_empty" and "unreadable" not in request.GET:
            missing = Problem("id-serial", _("Type the serial number."))
            return _ask_serial(request, pack, product, said, [missing])
        question = _QUESTIONS.get(ASKS.get(verdict.reason, ""))
        if question is not None:
            asked = question(pack, product, said)
            if asked is not None:
                return _ask_more(request, pack, product, said, asked)
    return _answer(request, pack, said)


def _said(query: QueryDict) -> Said:
    bought = query.get("bought", "").strip()
    bought_on, unreadable = None, False
    if bought and bought != DO_NOT_KNOW:
        try:
            bought_on = typed.read_date(bought)
        except typed.Unreadable:
            unreadable = True
    return Said(
        model=query.get("model", "").strip(),
        serial=query.get("serial", ""),
        colour=query.get("colour", ""),
        bought=bought,
        market=query.get("market", ""),
        bought_on=bought_on,
        bought_unreadable=unreadable,
    )


def _ask_model(request: HttpRequest, pack: Pack, *, asked: bool) -> HttpResponse:
    problems = [Problem("id-model-0", _("Choose the model."))] if asked else []
    cards = [site.product_card(pack, product) for product in pack.recall.products]
    context = {"cards": cards, "problems": problems}
    return site.show(request, "public/check_model.html", pack.recall, context)


def _ask_serial(
    request: HttpRequest, pack: Pack, product: Product, said: Said, problems: list[Problem]
) -> HttpResponse:
    context = {"card": site.product_card(pack, product), "said": said, "problems": problems}
    return site.show(request, "public/check_serial.html", pack.recall, context)


def _ask_more(
    request: HttpRequest, pack: Pack, product: Product, said: Said, asked: Mapping[str, Any]
) -> HttpResponse:
    given = {"model": said.model, "serial": said.serial, "colour": said.colour}
    given |= {"bought": said.bought, "market": said.market}
    context = {
        "card": site.product_card(pack, product),
        "given": {k: v for k, v in given.items() if v and k != asked["field"]},
        **asked,
    }
    return site.show(request, "public/check_more.html", pack.recall, context)


def _answer(request: HttpRequest, pack: Pack, said: Said) -> HttpResponse:
    """Show the strictest answer of all recalls that have the model, and name the others below."""
    tag = language.tag()
    others = [other for other in site.running() if other.recall.slug != pack.recall.slug]
    heard = hear(pack, others, said.inspection(pack))
    first = heard[0]
    product = first.pack.recall.product(first.verdict.facts.get("model", ""))
    context = {
        "answer": tell(first.pack, first.verdict, tag),
        "verdict": first.verdict,
        "tone": TONES[first.verdict.answer],
        "card": site.product_card(first.pack, product) if product else None,
        "said": said,
        "serial_problem": first.verdict.reason.startswith("serial_"),
        "others": [_other(hearing, said) for hearing in heard[1:]],
        "flights": list(
            dict.fromkeys(tell(h.pack, h.verdict, tag).flight for h in heard if h.verdict.facts)
        ),
        "today": timezone.now(),
    }
    return site.show(request, "public/answer.html", first.pack.recall, context)


def _other(hearing: Hearing, said: Said) -> dict[str, Any]:
    """Return what a page says of another recall: its name, its answer, the way there."""
    answer = tell(hearing.pack, hearing.verdict, language.tag())
    query = said.query()
    return {
        "title": answer.title,
        "company": answer.company,
        "headline": answer.headline if said.serial else "",
        "first": answer.first if hearing.verdict.answer is Answer.AFFECTED else "",
        "tone": TONES[hearing.verdict.answer],
        "path": f"/{translation.get_language()}/r/{hearing.pack.recall.slug}/check/?{query}",
    }


def _colour(pack: Pack, product: Product, said: Said) -> dict[str, Any] | None:
    if said.colour:
        return None
    return {
        "field": "colour",
        "question": _("What colour is it?"),
        "choices": [*colours_of(pack.recall, product), "other colour", DO_NOT_KNOW],
        "problems": [],
    }


def _bought(pack: Pack, product: Product, said: Said) -> dict[str, Any] | None:
    if said.bought and not said.bought_unreadable:
        return None
    words = _("We cannot read this date. Write year, month, day, for example 2024-5-14.")
    return {
        "field": "bought",
        "question": _("When did you buy it?"),
        "typed": said.bought,
        "problems": [Problem("id-bought", words)] if said.bought_unreadable else [],
    }


def _market(pack: Pack, product: Product, said: Said) -> dict[str, Any] | None:
    if said.market:
        return None
    return {
        "field": "market",
        "question": _("In which country did you buy it?"),
        "choices": [pack.recall.market, "other", DO_NOT_KNOW],
        "problems": [],
    }


_QUESTIONS: Mapping[str, Callable[[Pack, Product, Said], dict[str, Any] | None]] = {
    "colour": _colour,
    "bought": _bought,
    "market": _market,
}
