"""May I fly with it? One question a page, all answers in the address, then the rule by its name.

No database and no script. The airline and the airport have the last word, and the page says so.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kaishu.base import clock, language
from kaishu.core.pack import Pack
from kaishu.core.sentences import sentence
from kaishu.core.travel import Permission, Reason, TravelAnswer, may_fly
from kaishu.doors.public import site
from kaishu.doors.public.fly_facts import OTHER, STEPS, Flight, read_flight
from kaishu.doors.public.fly_words import CHOICES, choice_word, headline, question
from kaishu.doors.public.problems import Problem
from kaishu.markets import travel_rules, zone_of

TONES = {Permission.YES: "ok", Permission.ASK_AIRLINE: "ask", Permission.NO: "affected"}


@require_safe
@cache_control(public=True, max_age=60)
def fly(request: HttpRequest, tongue: str) -> HttpResponse:
    """Ask what the rules depend on, one thing at a time, then answer."""
    packs = _running(request.GET.get("recall", ""))
    flight = read_flight(request.GET, packs, _today())
    named = next((p for p in packs if p.recall.slug == flight.said["recall"]), None)
    frame = named or (flight.found[0] if flight.found else None)
    context: dict[str, Any] = {"flight": flight, "back": _back(flight)}
    if flight.open:
        context |= _ask(flight, packs)
        template = "public/fly_question.html"
    else:
        context |= _answer(flight)
        template = "public/fly_answer.html"
    return site.show(request, template, frame.recall if frame else None, context)


def _running(slug: str) -> list[Pack]:
    """Return the running recalls, the one that the person comes from first."""
    return sorted(site.running(), key=lambda pack: pack.recall.slug != slug)


def _today() -> date:
    return clock.now().astimezone(zone_of(["jp"])).date()


def _back(flight: Flight) -> str:
    """Return the address of the question before this one; empty on the first."""
    before = list(STEPS)[: list(STEPS).index(flight.open)] if flight.open else list(STEPS)
    answered = [step for step in flight.answered() if step in before]
    return f"?{flight.query(answered[-1])}" if answered else ""


def _ask(flight: Flight, packs: list[Pack]) -> dict[str, Any]:
    step = flight.open
    return {
        "step": step,
        "question": question(step),
        "hidden": {k: v for k, v in flight.said.items() if v and k not in STEPS[step]},
        "choices": CHOICES.get(step, ()),
        "cards": _cards(packs) if step == "model" else [],
        "checks": flight.found if step == "unit" else (),
        "problems": [_problem(flight)] if flight.wrong else [],
        "wrong_field": flight.field if flight.wrong else "",
    }


def _cards(packs: list[Pack]) -> list[dict[str, Any]]:
    """Return each model once, however many recalls name it."""
    cards = {
        product.model: site.product_card(pack, product)
        for pack in reversed(packs)
        for product in reversed(pack.recall.products)
    }
    return list(reversed(cards.values()))


def _problem(flight: Flight) -> Problem:
    """Say what is wrong with the open question's answer, at the control where it is put right."""
    if flight.wrong == "choose":
        return Problem(f"id-{flight.field}-0", _("Choose one of these answers."))
    if flight.wrong == "date_empty":
        return Problem("id-on", _("Type the day of your flight."))
    if flight.wrong == "date":
        words = _("We cannot read this date. Write year, month, day, for example 2024-5-14.")
        return Problem("id-on", words)
    found = sentence(flight.wrong, language.tag())
    return Problem(f"id-{flight.field}", found.text, found.next)


def _answer(flight: Flight) -> dict[str, Any]:
    answer = may_fly(flight.journey, travel_rules())
    reasons = [_reason(reason) for reason in answer.reasons]
    return {
        "answer": answer,
        "refused": answer.answer is Permission.NO,
        "tone": TONES[answer.answer],
        "headline": headline(answer.answer),
        "reasons": reasons,
        "steps": list(dict.fromkeys(each["next"] for each in reasons if each["next"])),
        "carry": [sentence(f"carry_{word}", language.tag()).text for word in answer.carry],
        "drafts": _drafts(answer, flight),
        "rows": _rows(flight),
        "checks": flight.found,
        "elsewhere": not flight.found and bool(flight.said["model"]),
        "again": flight.query(*STEPS),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    found = sentence(reason.code, language.tag(), reason.facts)
    return {"text": found.text, "next": found.next, "rule": reason.rule}


def _drafts(answer: TravelAnswer, flight: Flight) -> list[Any]:
    """Return rules in force that send to the airline and decide nothing: they are named too."""
    if not any(word.startswith("ask_") for word in answer.carry):
        return []
    said = flight.journey
    asking = [rule for rule in travel_rules() if rule.holds(said.route, said.on)]
    return [rule for rule in asking if any(word.startswith("ask_") for word in rule.carry)]


def _rows(flight: Flight) -> list[tuple[str, Any, str]]:
    """Return what the person said, each with the address that changes it."""
    journey = flight.journey
    values: dict[str, Any] = {
        "route": choice_word("route", journey.route),
        "on": journey.on,
        "model": _("Another model") if flight.said["model"] == OTHER else flight.said["model"],
        "energy": f"{journey.wh.normalize():f} Wh" if journey.wh else _("It is not printed"),
    }
    for step in ("unit", "mark", "condition"):
        values[step] = choice_word(step, flight.said[step])
    return [(question(step), values[step], f"?{flight.query(step)}") for step in flight.answered()]
