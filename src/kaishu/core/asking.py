"""Which question a check asks next, until it can answer. The same order at every door.

Everything a person said stands in the address, so that an answer can be bookmarked, sent on and
kept by a cache; nothing is remembered between two questions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as made_of
from datetime import date
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from kaishu.core.answer import ASKS, Inspection, colours_of, judge, product_of
from kaishu.core.dates import Made, Month, Unreadable, read_date, read_made
from kaishu.core.pack import Pack
from kaishu.core.recall import Label, Product, Recall, RuleKind, Text
from kaishu.core.verdict import Answer

DO_NOT_KNOW = "unknown"
When = TypeVar("When")
# The names of the facts in an address, in the order in which they are shown.
FACTS = (
    *("model", "serial", "colour", "bought", "market"),
    *("channel", "variant", "batch", "made", "label"),
)
# The sentence of each question; with `_label` behind it, what the fact is called in a list.
TITLES = {
    "variant": "which_code",
    "batch": "which_batch",
    "made_on": "made_when",
    "channel": "which_shop",
    "label": "which_label",
}
_FIELDS = {"made": "made_on"}  # of an inspection, where it has another name
# The tone of each answer: its colour, its drawing, its place in the style sheet.
TONES = {
    Answer.AFFECTED: "affected",
    Answer.NOT_AFFECTED: "ok",
    Answer.ASK: "ask",
    Answer.NO_SUCH_MODEL: "info",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What the address says: as typed, and read where it can be read.

    `unreadable`: there is no serial to type. Each `*_on` is the day that the same fact says, and
    each `*_unreadable` that it says none.
    """

    model: str
    serial: str
    colour: str
    bought: str
    market: str
    bought_on: date | None = None
    bought_unreadable: bool = False
    channel: str = ""
    variant: str = ""
    batch: str = ""
    made: str = ""
    made_on: Made | None = None
    made_unreadable: bool = False
    label: str = ""
    unreadable: bool = False

    def inspection(self) -> Inspection:
        """Return the facts that the verdict rests on; what is not known stays empty."""
        return Inspection(
            model=self.model,
            serial=self.serial,
            colour=_known(self.colour),
            bought=self.bought_on,
            market=_known(self.market),
            channel=_known(self.channel),
            variant=_known(self.variant),
            batch=_known(self.batch),
            made_on=self.made_on,
            label=_known(self.label).removeprefix("label."),
        )

    def query(self) -> str:
        """Return the same facts for the address of other recalls, each sold in its own market."""
        return urlencode({k: v for k, v in address_of(self.inspection()).items() if k != "market"})

    def own_query(self) -> str:
        """Return the same facts for the claim, and for what follows the answer, in this recall."""
        return urlencode(address_of(self.inspection()))


class Step(StrEnum):
    """What a page does next."""

    MODEL = "model"
    SERIAL = "serial"
    MORE = "more"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One more fact: `code` is its sentence; without choices it is typed.

    `names` says in the three languages what a choice of the recall's own is called. `where` says
    where on the product it is printed; the drawing of the label goes with it.
    """

    field: str
    code: str
    choices: tuple[str, ...] = ()
    typed: str = ""
    names: Mapping[str, Text] = made_of(default_factory=dict)
    where: Text = made_of(default_factory=dict)
    on_label: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """The next step. `problem` is the code of what was wrong with what came last, or empty."""

    step: Step
    product: Product | None = None
    question: Question | None = None
    problem: str = ""

    @property
    def control(self) -> str:
        """Return the id of the control that the problem is about."""
        if self.question is not None:
            return f"id-{self.question.field}"
        return "id-model-0" if self.step is Step.MODEL else "id-serial"


def address_of(unit: Inspection) -> dict[str, str]:
    """Return what is known of a unit as an address says it; `read_said` reads it back."""
    pairs = {name: str(getattr(unit, _FIELDS.get(name, name)) or "") for name in FACTS}
    return {name: said for name, said in pairs.items() if said}


def read_said(query: Mapping[str, str]) -> Said:
    """Read what an address says."""
    bought, bought_on, bought_unreadable = _read(query.get("bought", ""), read_date)
    made, made_on, made_unreadable = _read(query.get("made", ""), read_made)
    return Said(
        model=query.get("model", "").strip(),
        serial=query.get("serial", ""),
        colour=query.get("colour", ""),
        bought=bought,
        market=query.get("market", ""),
        bought_on=bought_on,
        bought_unreadable=bought_unreadable,
        channel=query.get("channel", ""),
        variant=query.get("variant", ""),
        batch=query.get("batch", "").strip(),
        made=made,
        made_on=made_on,
        made_unreadable=made_unreadable,
        label=query.get("label", ""),
        unreadable="unreadable" in query,
    )


def next_step(pack: Pack, said: Said, query: Mapping[str, str]) -> Next:
    """Ask for the model, then the serial, then answer; ask more only where the verdict asks."""
    inspection = said.inspection()
    product = product_of(pack.recall, inspection)
    if product is None and not said.model:
        return Next(step=Step.MODEL, problem="choose_model" if "model" in query else "")
    if product is None:
        return Next(step=Step.ANSWER)
    if "serial" not in query:
        return Next(step=Step.SERIAL, product=product)
    verdict = judge(pack, inspection)
    if verdict.reason == "serial_empty" and not said.unreadable:
        return Next(step=Step.SERIAL, product=product, problem="type_serial")
    fact = "label" if verdict.reason == "serial_empty" else ASKS.get(verdict.reason, "")
    ask = _QUESTIONS.get(fact)
    question = ask(pack, product, said) if ask else None
    if question is None:
        return Next(step=Step.ANSWER, product=product)
    return Next(step=Step.MORE, product=product, question=question, problem=_wrong(said, question))


def questions(pack: Pack, product: Product) -> dict[str, Question]:
    """Return what the rules for a product may ask, by fact: for a form that asks it all at once."""
    nothing = read_said({})
    asked = {
        fact: ask(pack, product, nothing)
        for fact, ask in _QUESTIONS.items()
        if fact == "label" or _depends_on(pack.recall, product, fact)
    }
    return {fact: question for fact, question in asked.items() if question is not None}


def given(said: Said, question: Question) -> dict[str, str]:
    """Return what was said before, for the hidden fields of the form that asks one more fact.

    A serial that there is none of is said too, or the next page would ask for it again.
    """
    pairs = {name: getattr(said, name) for name in FACTS}
    kept = {k: v for k, v in pairs.items() if v and k != question.field}
    return {**kept, **({"serial": said.serial, "unreadable": "1"} if said.unreadable else {})}


def _depends_on(recall: Recall, product: Product, fact: str) -> bool:
    """Say whether a condition of a rule for this product is about this fact."""
    rules = (rule for rule in recall.rules if rule.product == product.model)
    return any(getattr(rule.when, name) for rule in rules for name in _CONDITIONS[fact])


def _wrong(said: Said, question: Question) -> str:
    """Return what is wrong with the date that came last, if it was one."""
    unreadable = {"bought": said.bought_unreadable, "made": said.made_unreadable}
    if unreadable.get(question.field):
        return "date_unreadable"
    in_a_month = question.field == "made" and isinstance(said.made_on, Month)
    return "month_not_enough" if in_a_month else ""


def _known(said: str) -> str:
    return "" if said == DO_NOT_KNOW else said


def _read(typed: str, reads: Callable[[str], When]) -> tuple[str, When | None, bool]:
    """Return a date as typed, read, and whether it could not be read."""
    typed = typed.strip()
    if not typed or typed == DO_NOT_KNOW:
        return typed, None, False
    try:
        return typed, reads(typed), False
    except Unreadable:
        return typed, None, True


def _colour(pack: Pack, product: Product, said: Said) -> Question | None:
    if said.colour:
        return None
    choices = (*colours_of(pack.recall, product), "other colour", DO_NOT_KNOW)
    return Question(field="colour", code="which_colour", choices=choices)


def _bought(pack: Pack, product: Product, said: Said) -> Question | None:
    if said.bought and not said.bought_unreadable:
        return None
    return Question(field="bought", code="bought_when", typed=said.bought)


def _market(pack: Pack, product: Product, said: Said) -> Question | None:
    if said.market:
        return None
    choices = (pack.recall.market, "other", DO_NOT_KNOW)
    return Question(field="market", code="bought_where", choices=choices)


def _channel(pack: Pack, product: Product, said: Said) -> Question | None:
    if said.channel:
        return None
    names = {channel.code: channel.name for channel in pack.recall.channels}
    choices = (*names, "other shop", DO_NOT_KNOW)
    return Question(field="channel", code="which_shop", choices=choices, names=names)


def _variant(pack: Pack, product: Product, said: Said) -> Question | None:
    if said.variant:
        return None
    codes = (each.code for each in product.variants if said.colour in ("", each.colour))
    choices = (*(tuple(codes) or [each.code for each in product.variants]), "other code")
    return Question(field="variant", code="which_code", choices=(*choices, DO_NOT_KNOW))


def _batch(pack: Pack, product: Product, said: Said) -> Question | None:
    if said.batch:
        return None
    where = product.batch_where or product.serial_where
    return Question(field="batch", code="which_batch", where=where, on_label=True)


def _made(pack: Pack, product: Product, said: Said) -> Question | None:
    if said.made and not said.made_unreadable and not isinstance(said.made_on, Month):
        return None  # of a month it is asked only where the month does not decide
    where = product.made_where or product.serial_where
    return Question(field="made", code="made_when", typed=said.made, where=where, on_label=True)


def _label(pack: Pack, product: Product, said: Said) -> Question | None:
    """Ask what is left of the label, where the recall has a rule for it."""
    rules = (rule for rule in pack.recall.rules if rule.product == product.model)
    if said.label or not any(rule.kind is RuleKind.UNLABELLED for rule in rules):
        return None
    choices = (*(f"label.{label.value}" for label in Label), DO_NOT_KNOW)
    return Question(field="label", code="which_label", choices=choices)


# By the fact that an answer asks for (`core.answer.ASKS`).
_QUESTIONS: Mapping[str, Callable[[Pack, Product, Said], Question | None]] = {
    "colour": _colour,
    "bought": _bought,
    "market": _market,
    "channel": _channel,
    "variant": _variant,
    "batch": _batch,
    "made_on": _made,
    "label": _label,
}
# The conditions of a rule that each fact decides.
_CONDITIONS = {
    "colour": ("colours", "not_colours"),
    "bought": ("bought_from", "bought_to"),
    "market": ("markets",),
    "channel": ("channels", "not_channels"),
    "variant": ("variants", "not_variants"),
    "batch": ("batches",),
    "made_on": ("made",),
}
