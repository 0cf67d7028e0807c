"""The facts that a rule needs besides the serial and the colour: asked as the check asks them.

What the check was told comes along and is not asked again. Nobody is asked where the answer does
not depend on it, and "I do not know" is an answer: a person decides then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from kaishu.base import language, words
from kaishu.claims.facts import UnitFacts
from kaishu.claims.known import inspection_of
from kaishu.core import asking
from kaishu.core.answer import ASKS, judge
from kaishu.core.asking import DO_NOT_KNOW
from kaishu.core.recall import say
from kaishu.core.sentences import sentence
from kaishu.doors.public import typed as reading
from kaishu.doors.public.claiming.answers import Said, Unit
from kaishu.doors.public.claiming.fields import Plain
from kaishu.doors.public.claiming.questions import Question, Visit

# The field of each question in a draft, by the end of its address.
FIELDS = {
    "variant": "variant",
    "batch": "batch",
    "made": "made_on",
    "channel": "channel",
    "label": "label",
}


def known(unit: Unit) -> dict[str, Any]:
    """Return what a draft says of these facts, and of the market, without "I do not know"."""
    names = ("market", *(name for name in FIELDS.values() if name != "made_on"))
    return {name: "" if unit.get(name) == DO_NOT_KNOW else unit.get(name) for name in names}


class Fact(Question):
    """One fact, with the words and the choices of the check."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.field = FIELDS[name]

    def asked(self, visit: Visit) -> bool:
        """Say whether the check asked it or would ask it now, with all that is known."""
        unit, product = visit.one, visit.product
        if product is None or self._question(visit) is None:
            return False
        if unit.get(self.field) or self.name in unit.done:
            return True
        return "serial" in unit.done and self.field == _asked_for(visit)

    def heading(self, visit: Visit) -> str:
        return sentence(self._must(visit).code, language.tag()).text

    def why(self, visit: Visit) -> str:
        return _("For this model we need to know it before we can answer.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        form, question = FactForm(data, said), self._must(visit)
        if question.choices:
            choices = [(_bare(code), self.word(visit, code)) for code in question.choices]
            missing = _("Choose one of the answers.")
            form.add_choice(self.field, self.heading(visit), choices, missing=missing)
            return form
        where = say(question.where, language.tag()) if question.where else ""
        hint = sentence(f"{question.code}_label", language.tag()).next
        date_wanted = _("Type the date, or press “I do not know”.")
        missing = _("Type it as it is printed, or press “I do not know”.")
        form.add_text(
            self.field,
            self.heading(visit),
            hint=" ".join(filter(None, (where, hint))),
            missing=date_wanted if self.field == "made_on" else missing,
            autocomplete="off",
        )
        return form

    def unknown(self, visit: Visit) -> str:
        return "" if self._must(visit).choices else _("I do not know")

    def title(self, visit: Visit) -> str:
        """Return what the fact is called on the page of all answers."""
        return sentence(f"{self._must(visit).code}_label", language.tag()).text

    def word(self, visit: Visit, code: str) -> str:
        """Return an answer as the person chose or typed it."""
        question = self._must(visit)
        if not question.choices:
            return code
        if name := question.names.get(code):
            return say(name, language.tag())
        return words.word(f"label.{code}" if f"label.{code}" in question.choices else code)

    def _question(self, visit: Visit) -> asking.Question | None:
        assert visit.product is not None, "asked only of a product"
        return asking.questions(visit.pack, visit.product).get(self.field)

    def _must(self, visit: Visit) -> asking.Question:
        question = self._question(visit)
        assert question is not None, "shown only where it is asked"
        return question


class FactForm(Plain):
    """One fact; the day it was made must be a day, or a month."""

    def clean_made_on(self) -> str:
        """Ask again for a day that cannot be read."""
        text = str(self.cleaned_data["made_on"])
        try:
            reading.read_made(text)
        except reading.Unreadable:
            raise forms.ValidationError(
                _("We cannot read this date. Write year, month, day, for example 2024-5-14.")
            ) from None
        return text


QUESTIONS = tuple(Fact(name) for name in FIELDS)


def _asked_for(visit: Visit) -> str:
    """Return the fact that the check would ask for now, or nothing."""
    unit = visit.one
    days: dict[str, Any] = {}
    for name, reads in (("bought_on", reading.read_date), ("made_on", reading.read_made)):
        try:
            days[name] = reads(unit.get(name)) if unit.get(name) else None
        except reading.Unreadable:
            days[name] = None
    colour = unit.get("colour")
    facts = UnitFacts(
        model=unit.get("model"),
        serial=unit.get("serial"),
        colour="" if colour == DO_NOT_KNOW else colour,
        **days,
        **known(unit),
    )
    reason = judge(visit.pack, inspection_of(facts, market=visit.recall.market)).reason
    return "label" if reason == "serial_empty" else ASKS.get(reason, "")


def _bare(code: str) -> str:
    return code.removeprefix("label.")
