"""The questions about the product itself: model, number, colour, condition, remedy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from kaishu.base import language, words
from kaishu.claims.facts import CONDITIONS
from kaishu.core.answer import colours_of
from kaishu.core.recall import Product, Recall, Remedy, say
from kaishu.core.sentences import sentence
from kaishu.core.triage import triage
from kaishu.doors.public import site
from kaishu.doors.public.claiming import fact_questions
from kaishu.doors.public.claiming.answers import Answers, Said, Unit
from kaishu.doors.public.claiming.fields import Plain
from kaishu.doors.public.claiming.questions import Question, Visit

# What another model may answer otherwise.
_OF_MODEL = ("colour", "remedy", *fact_questions.FIELDS.values())


class Model(Question):
    """Which product it is."""

    name = "model"
    template = "public/claiming/model.html"

    def heading(self, visit: Visit) -> str:
        return _("Which product do you have?")

    def why(self, visit: Visit) -> str:
        return _("What you can receive depends on the model.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        form = Plain(data, said)
        tag = language.tag()
        choices = [(p.model, f"{p.model} - {say(p.name, tag)}") for p in visit.recall.products]
        form.add_choice("model", self.heading(visit), choices, missing=_("Choose your product."))
        return form

    def more(self, visit: Visit) -> Mapping[str, Any]:
        return {"cards": [site.product_card(visit.pack, p) for p in visit.recall.products]}

    def keep(self, answers: Answers, visit: Visit, typed: Said) -> Answers:
        unit = visit.one
        if typed["model"] != unit.get("model"):
            unit = unit.without("colour", "remedy", *fact_questions.FIELDS)
            unit = unit.saying(**dict.fromkeys(_OF_MODEL, ""))
        return answers.with_unit(unit.saying(**typed))


class Serial(Question):
    """What number is printed on it; a number that cannot be read is an answer."""

    name = "serial"
    template = "public/claiming/serial.html"

    def heading(self, visit: Visit) -> str:
        return _("What number is printed on it?")

    def why(self, visit: Visit) -> str:
        return _("The serial number shows whether your very product is in the recall.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        form = SerialForm(data, said)
        form.others = {
            _folded(unit.get("serial")): visit.answers.position(unit)
            for unit in visit.answers.units
            if unit.get("serial") and unit.id != visit.one.id
        }
        form.add_text(
            "serial",
            self.heading(visit),
            hint=_("Type it as it is printed. Small letters and spaces are fine."),
            missing=_("Type the number, or press “I cannot find or read it”."),
            autocomplete="off",
            autocapitalize="characters",
            look="code",
        )
        return form

    def unknown(self, visit: Visit) -> str:
        return _("I cannot find or read it")

    def more(self, visit: Visit) -> Mapping[str, Any]:
        product = visit.product
        return {"card": site.product_card(visit.pack, product) if product else None}

    def keep(self, answers: Answers, visit: Visit, typed: Said) -> Answers:
        # Without a number a photo takes its place, so that page is asked again.
        unit = visit.one if typed["serial"] else visit.one.without("photo")
        return answers.with_unit(unit.saying(**typed))


class SerialForm(Plain):
    """The number, once for each product of the draft."""

    others: Mapping[str, int]

    def clean_serial(self) -> str:
        """Refuse the number of another product of the same draft."""
        serial = str(self.cleaned_data["serial"])
        position = self.others.get(_folded(serial))
        if position:
            self.add_error(
                "serial",
                _("You typed this number for product %(no)d already. Look at the label again.")
                % {"no": position},
            )
        return serial


class Colour(Question):
    """Its colour, where a rule of the recall or the new product of the same model depends on it."""

    name = "colour"

    def asked(self, visit: Visit) -> bool:
        product, recall = visit.product, visit.recall
        if product is None or len(colours_of(recall, product)) < 2:
            return False
        return _decides(recall, product) or _same_model_again(recall, product)

    def heading(self, visit: Visit) -> str:
        return _("Which colour is your product?")

    def why(self, visit: Visit) -> str:
        if visit.product and _decides(visit.recall, visit.product):
            return _("The colour helps us to see whether yours is in the recall.")
        return _("The new product comes in the same colour.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        form = Plain(data, said)
        colours = colours_of(visit.recall, visit.product) if visit.product else ()
        choices = [(colour, words.word(colour)) for colour in colours]
        choices += [("other colour", words.word("other colour")), ("unknown", _("I do not know"))]
        form.add_choice("colour", self.heading(visit), choices, missing=_("Choose the colour."))
        return form


def _decides(recall: Recall, product: Product) -> bool:
    rules = (rule for rule in recall.rules if rule.product == product.model)
    return any(rule.when.colours or rule.when.not_colours for rule in rules)


def _same_model_again(recall: Recall, product: Product) -> bool:
    remedies = recall.remedies_for(product.model)
    return any(remedy.commodity == f"sku:{product.model}" for remedy in remedies)


class Condition(Question):
    """How it is now. What follows from it stands in core.triage."""

    name = "condition"
    template = "public/claiming/condition.html"

    def heading(self, visit: Visit) -> str:
        return _("How does it look now?")

    def why(self, visit: Visit) -> str:
        return _("A damaged battery needs another, safer way back to us.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        form = Plain(data, said)
        choices = [(code, words.word(f"condition.{code}")) for code in CONDITIONS]
        form.add_choice(
            "condition",
            self.heading(visit),
            choices,
            missing=_("Choose how it looks now."),
        )
        return form

    def more(self, visit: Visit) -> Mapping[str, Any]:
        return {"first": sentence("triage_first", language.tag())}

    def keep(self, answers: Answers, visit: Visit, typed: Said) -> Answers:
        unit = visit.one
        if typed["condition"] != unit.get("condition"):
            unit = unit.without("safety")
        return answers.with_unit(unit.saying(**typed))


class Safety(Question):
    """What to do first with a dangerous product: shown before anything else is asked."""

    name = "safety"
    template = "public/claiming/safety.html"

    def asked(self, visit: Visit) -> bool:
        return bool(visit.one.get("condition")) and triage(visit.one.get("condition")).dangerous

    def heading(self, visit: Visit) -> str:
        return _("Your safety first")

    def button(self, visit: Visit) -> str:
        return _("I am safe. Continue")

    def more(self, visit: Visit) -> Mapping[str, Any]:
        return {"safety": sentence(f"triage_{visit.one.get('condition')}", language.tag())}


class RemedyChoice(Question):
    """What the owner wants to receive."""

    name = "remedy"
    template = "public/claiming/remedy.html"

    def heading(self, visit: Visit) -> str:
        return _("What would you like to receive?")

    def why(self, visit: Visit) -> str:
        return _("You choose. You can change it until the return bag leaves us.")

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        form = Plain(data, said)
        form.add_choice(
            "remedy",
            self.heading(visit),
            [(r.code, say(r.title, language.tag())) for r in remedies_of(visit)],
            missing=_("Choose what you would like to receive."),
        )
        return form

    def more(self, visit: Visit) -> Mapping[str, Any]:
        return {"cards": list(_remedy_cards(visit))}


def remedies_of(visit: Visit) -> tuple[Remedy, ...]:
    """Return the remedies to choose from for the product of the page."""
    recall, model = visit.recall, visit.one.get("model")
    return recall.remedies_for(model) if recall.product(model) else recall.remedies


def is_dangerous(unit: Unit) -> bool:
    """Say whether a product's condition is one of the dangerous ones."""
    return bool(unit.get("condition")) and triage(unit.get("condition")).dangerous


def _remedy_cards(visit: Visit) -> Iterator[Mapping[str, Any]]:
    for number, remedy in enumerate(remedies_of(visit)):
        yield {
            "id": f"id-remedy_{number}",
            "remedy": remedy,
            "compared": remedy.compared(visit.one.get("model")),
            "pickup": triage(visit.one.get("condition")).route == "special",
        }


def _folded(serial: str) -> str:
    return "".join(serial.split()).replace("-", "").upper()
