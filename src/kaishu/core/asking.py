"""Which question a check asks next, until it can answer. The same order at every door.

Everything a person said stands in the address, so that an answer can be bookmarked, sent on and
kept by a cache; nothing is remembered between two questions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from urllib.parse import urlencode

from kaishu.core.answer import ASKS, Inspection, colours_of, find_product, judge
from kaishu.core.dates import Unreadable, read_date
from kaishu.core.pack import Pack
from kaishu.core.recall import Product
from kaishu.core.verdict import Answer

DO_NOT_KNOW = "unknown"
# The tone of each answer: its colour, its drawing, its place in the style sheet.
TONES = {
    Answer.AFFECTED: "affected",
    Answer.NOT_AFFECTED: "ok",
    Answer.ASK: "ask",
    Answer.NO_SUCH_MODEL: "info",
}


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

    def inspection(self) -> Inspection:
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


class Step(StrEnum):
    """What a page does next."""

    MODEL = "model"
    SERIAL = "serial"
    MORE = "more"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One more fact: `code` is its sentence; without choices it is typed."""

    field: str
    code: str
    choices: tuple[str, ...] = ()
    typed: str = ""


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


def read_said(query: Mapping[str, str]) -> Said:
    """Read what an address says."""
    bought = query.get("bought", "").strip()
    bought_on, unreadable = None, False
    if bought and bought != DO_NOT_KNOW:
        try:
            bought_on = read_date(bought)
        except Unreadable:
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


def next_step(pack: Pack, said: Said, query: Mapping[str, str]) -> Next:
    """Ask for the model, then the serial, then answer; ask more only where the verdict asks."""
    if not said.model:
        return Next(step=Step.MODEL, problem="choose_model" if "model" in query else "")
    product = find_product(pack.recall, said.model)
    if product is None:
        return Next(step=Step.ANSWER)
    if "serial" not in query:
        return Next(step=Step.SERIAL, product=product)
    verdict = judge(pack, said.inspection())
    if verdict.reason == "serial_empty" and "unreadable" not in query:
        return Next(step=Step.SERIAL, product=product, problem="type_serial")
    ask = _QUESTIONS.get(ASKS.get(verdict.reason, ""))
    question = ask(pack, product, said) if ask else None
    if question is None:
        return Next(step=Step.ANSWER, product=product)
    unreadable = question.field == "bought" and said.bought_unreadable
    problem = "date_unreadable" if unreadable else ""
    return Next(step=Step.MORE, product=product, question=question, problem=problem)


def given(said: Said, question: Question) -> dict[str, str]:
    """Return what was said before, for the hidden fields of the form that asks one more fact."""
    pairs = {"model": said.model, "serial": said.serial, "colour": said.colour}
    pairs |= {"bought": said.bought, "market": said.market}
    return {k: v for k, v in pairs.items() if v and k != question.field}


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


# By the fact that an answer asks for (`core.answer.ASKS`).
_QUESTIONS: Mapping[str, Callable[[Pack, Product, Said], Question | None]] = {
    "colour": _colour,
    "bought": _bought,
    "market": _market,
}
