"""What a check hands to a claim: products already known are not asked for again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from django.http import QueryDict

from kaishu.claims.facts import LONGEST
from kaishu.core.answer import find_product, product_of
from kaishu.core.asking import FACTS, address_of, read_said
from kaishu.core.recall import Recall
from kaishu.doors.public.claiming.answers import MOST_UNITS, Answers, Said, Unit
from kaishu.doors.public.claiming.fact_questions import FIELDS

# What a fact of the address is called in a draft, where that is another name.
NAMES = {"bought": "bought_on", "made": "made_on"}
_ADDRESSED = {field: fact for fact, field in NAMES.items()}


def known_units(recall: Recall, query: QueryDict) -> list[Said]:
    """Read a check's address (`core.asking`) or `?u=model:serial&u=…`; what is odd is left out."""
    several = [_pair(recall, text) for text in query.getlist("u")[:MOST_UNITS]]
    if several:
        return [said for said in several if said]
    given = {name: query.get(name, "").strip()[:LONGEST] for name in FACTS}
    unit = read_said(given).inspection()
    one = {NAMES.get(name, name): said for name, said in address_of(unit).items()}
    product = product_of(recall, unit)
    if product is None:
        return [{}]
    return [{**one, "model": product.model}]


def open_answers(answers: Answers) -> Answers:
    """Return a new draft's answers with the questions done that the check answered."""
    return replace(answers, units=tuple(_known_done(unit) for unit in answers.units))


def as_query(units: list[Said]) -> Iterator[tuple[str, str]]:
    """Yield the pairs that bring the same products back: hidden fields of the start page."""
    if len(units) == 1:
        for name, text in units[0].items():
            yield _ADDRESSED.get(name, name), text
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
    known = {**{name: name for name in ("model", "serial", "colour")}, **FIELDS}
    done = frozenset(name for name, field in known.items() if unit.get(field))
    return replace(unit, done=done)
