"""What a check hands to a claim: products already known are not asked for again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from django.http import QueryDict

from kaishu.claims.facts import LONGEST
from kaishu.core.answer import find_product
from kaishu.core.recall import Recall
from kaishu.doors.public import typed
from kaishu.doors.public.claiming.answers import MOST_UNITS, Answers, Said, Unit


def known_units(recall: Recall, query: QueryDict) -> list[Said]:
    """Read `?model=&serial=&colour=&bought=` or `?u=model:serial&u=…`; what is odd is left out."""
    several = [_pair(recall, text) for text in query.getlist("u")[:MOST_UNITS]]
    if several:
        return [said for said in several if said]
    one = {name: query.get(name, "").strip()[:LONGEST] for name in ("serial", "colour")}
    bought = query.get("bought", "").strip()
    if _is_date(bought):
        one["bought_on"] = bought
    product = find_product(recall, query.get("model", ""))
    if product is None:
        return [{}]
    return [{"model": product.model, **{name: text for name, text in one.items() if text}}]


def open_answers(answers: Answers) -> Answers:
    """Return a new draft's answers with the questions done that the check answered."""
    return replace(answers, units=tuple(_known_done(unit) for unit in answers.units))


def as_query(units: list[Said]) -> Iterator[tuple[str, str]]:
    """Yield the pairs that bring the same products back: hidden fields of the start page."""
    if len(units) == 1:
        for name, text in units[0].items():
            yield ("bought" if name == "bought_on" else name), text
        return
    for said in units:
        yield "u", f"{said.get('model', '')}:{said.get('serial', '')}"


def _pair(recall: Recall, text: str) -> Mapping[str, str]:
    model, _, serial = text.partition(":")
    product = find_product(recall, model)
    if product is None:
        return {}
    serial = serial.strip()[:LONGEST]
    return {"model": product.model, "serial": serial} if serial else {"model": product.model}


def _known_done(unit: Unit) -> Unit:
    return replace(
        unit, done=frozenset(name for name in ("model", "serial", "colour") if unit.get(name))
    )


def _is_date(text: str) -> bool:
    try:
        typed.read_date(text)
    except typed.Unreadable:
        return False
    return True
