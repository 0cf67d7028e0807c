"""The order of the pages: what comes next, what came before, what is still open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kaishu.core.recall import Product
from kaishu.doors.public.claiming import address_questions as address
from kaishu.doors.public.claiming import fact_questions as facts
from kaishu.doors.public.claiming import file_questions as files
from kaishu.doors.public.claiming import order_questions as order
from kaishu.doors.public.claiming import person_questions as person
from kaishu.doors.public.claiming import product_questions as product
from kaishu.doors.public.claiming.answers import Answers
from kaishu.doors.public.claiming.questions import Question, Visit

UNIT_QUESTIONS: tuple[Question, ...] = (
    product.Model(),
    product.Serial(),
    product.Colour(),
    *facts.QUESTIONS,
    product.Condition(),
    product.Safety(),
    files.Photo(),
    order.SameOrder(),
    order.Shop(),
    order.OrderNo(),
    order.BoughtOn(),
    order.Amount(),
    files.Proof(),
    product.RemedyChoice(),
)
PERSON_QUESTIONS: tuple[Question, ...] = (
    person.Products(),
    person.Name(),
    person.Kana(),
    person.Reach(),
    address.Postcode(),
    address.TownChoice(),
    address.Address(),
    person.Consent(),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One page of one draft: a question, and the product it is about."""

    question: Question
    visit: Visit

    @property
    def address(self) -> str:
        """Return the end of the page's address: "1/condition/" or "name/"."""
        unit = f"{self.visit.one.id}/" if self.question.of_unit else ""
        return f"{unit}{self.question.name}/"

    @property
    def done(self) -> bool:
        """Say whether it was answered."""
        answers = self.visit.unit or self.visit.answers
        return self.question.name in answers.done


def steps(visit: Visit) -> Iterator[Step]:
    """Yield the pages that this claim needs, in order, before "check your answers"."""
    for unit in visit.answers.units:
        about = visit.about(unit)
        yield from (Step(q, about) for q in UNIT_QUESTIONS if q.asked(about))
    whole = visit.about(None)
    yield from (Step(q, whole) for q in PERSON_QUESTIONS if q.asked(whole))


def find(visit: Visit, name: str, unit_id: int) -> Step | None:
    """Return the page with this address; None where the claim does not need it."""
    wanted = f"{unit_id}/{name}/" if unit_id else f"{name}/"
    return next((step for step in steps(visit) if step.address == wanted), None)


def open_step(visit: Visit, after: Step | None = None) -> Step | None:
    """Return the first unanswered page, behind `after` if there is one there; None = all done."""
    every = list(steps(visit))
    undone = [step for step in every if not step.done]
    if after is not None:
        places = [step.address for step in every]
        here = places.index(after.address) if after.address in places else -1
        behind = [step for step in undone if places.index(step.address) > here]
        undone = behind or undone
    return undone[0] if undone else None


def before(visit: Visit, step: Step) -> Step | None:
    """Return the page before this one; None for the first."""
    previous = None
    for each in steps(visit):
        if each.address == step.address:
            return previous
        previous = each
    return None


def mark_done(answers: Answers, step: Step) -> Answers:
    """Return the answers with this page counted as answered."""
    name, unit = step.question.name, step.visit.unit
    if not step.question.of_unit:
        return replace(answers, done=answers.done | {name})
    newest = answers.unit(unit.id) if unit else None
    return answers.with_unit(replace(newest, done=newest.done | {name})) if newest else answers


@dataclass(frozen=True, slots=True)
class UnitState:
    """One line of the list of products: its model, its number, and the first page still open."""

    position: int
    id: int
    product: Product | None
    serial: str
    open_at: str


def unit_states(visit: Visit) -> Iterator[UnitState]:
    """Yield each product of the draft with whether all of its questions are answered."""
    every = list(steps(visit))
    for position, unit in enumerate(visit.answers.units, 1):
        mine = [s for s in every if s.visit.unit and s.visit.unit.id == unit.id and not s.done]
        product = visit.recall.product(unit.get("model"))
        open_at = mine[0].address if mine else ""
        yield UnitState(position, unit.id, product, unit.get("serial"), open_at)
