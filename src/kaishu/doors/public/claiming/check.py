"""Check your answers: every answer with the page that changes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kaishu.base import language, words
from kaishu.core.asking import DO_NOT_KNOW
from kaishu.core.recall import say
from kaishu.doors.public.claiming import path, shops
from kaishu.doors.public.claiming.fact_questions import Fact
from kaishu.doors.public.claiming.file_questions import FileQuestion
from kaishu.doors.public.claiming.path import Step
from kaishu.doors.public.claiming.questions import Visit
from kaishu.doors.public.claiming.send import contact_of

# Their answer stands elsewhere on the page, or is no answer.
SILENT = frozenset({"safety", "products", "postcode", "town", "consent"})


@dataclass(frozen=True, slots=True)
class Row:
    """One answer: what was asked, in a word or two; what was said; where to change it."""

    what: str
    said: str
    change: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """The answers about one product, or about the person."""

    heading: str
    rows: tuple[Row, ...]


def parts(visit: Visit) -> Iterator[Part]:
    """Yield the parts of the page in the order of the questions."""
    every = [step for step in path.steps(visit) if step.question.name not in SILENT]
    for position, unit in enumerate(visit.answers.units, 1):
        product = visit.recall.product(unit.get("model"))
        name = say(product.name, language.tag()) if product else ""
        mine = [step for step in every if step.visit.unit and step.visit.unit.id == unit.id]
        several = len(visit.answers.units) > 1
        yield Part(f"{position}. {name}" if several else name, tuple(map(_row, mine)))
    person = [step for step in every if not step.question.of_unit]
    yield Part(_("You"), tuple(map(_row, person)))


def _row(step: Step) -> Row:
    return Row(
        what=_title(step),
        said=_said(step) or _("not known"),
        change=f"{step.address}?change=1",
        code=step.question.name in ("serial", "order"),
    )


def _said(step: Step) -> str:
    name, visit = step.question.name, step.visit
    if isinstance(step.question, FileQuestion):
        files = visit.one.of_kind(step.question.kind)
        return _("Photos: %(count)s") % {"count": len(files)} if files else _("none")
    if not step.question.of_unit:
        return _person(step)
    if isinstance(step.question, Fact):
        found = visit.one.get(step.question.field)
        return "" if found in ("", DO_NOT_KNOW) else step.question.word(visit, found)
    said = visit.one.get(FIELDS.get(name, name))
    if name == "model" and visit.product:
        return f"{said} - {say(visit.product.name, language.tag())}"
    if name == "condition":
        return words.word(f"condition.{said}")
    if name == "colour":
        return "" if said == "unknown" else words.word(said)
    if name == "same-order":
        return _("Yes, in the same order") if said == "yes" else _("No, or I do not know")
    if name == "shop":
        return shops.name_of(visit.recall.market, said, visit.one.get("shop_name"))
    if name == "remedy":
        remedy = visit.recall.remedy(said)
        return say(remedy.title, language.tag()) if remedy else ""
    return said


def _person(step: Step) -> str:
    said = step.visit.answers.person
    if step.question.name == "reach":
        given = [said.get("email", ""), said.get("phone", "")]
        return "\n".join(filter(None, given)) or _("Send me nothing")
    if step.question.name == "address":
        contact = contact_of(step.visit)
        return "\n".join(filter(None, (contact.postcode, *contact.address_lines())))
    return said.get(FIELDS.get(step.question.name, step.question.name), "")


FIELDS = {
    "order": "order_no",
    "bought": "bought_on",
    "amount": "order_amount",
    "kana": "name_kana",
}


def _title(step: Step) -> str:
    if isinstance(step.question, Fact):
        return step.question.title(step.visit)
    return _what(step.question.name)


def _what(name: str) -> str:
    return {
        "model": _("Model"),
        "serial": _("Serial number"),
        "colour": _("Colour"),
        "condition": _("How it looks now"),
        "photo": _("Photo of the number"),
        "same-order": _("Bought with product 1"),
        "shop": _("Bought where"),
        "order": _("Order number"),
        "bought": _("Bought when"),
        "amount": _("What you paid"),
        "proof": _("Receipt or order"),
        "remedy": _("You receive"),
        "name": _("Name"),
        "kana": _("Name in katakana"),
        "reach": _("Mail or telephone"),
        "address": _("Address"),
    }[name]
