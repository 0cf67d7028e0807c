"""The pages of the check as a template's name and what it shows: one for both doors.

The public door renders them with Django, the edge without; neither decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kaishu.core.answer import tell
from kaishu.core.asking import TONES, Next, Question, Said, Step, given, next_step, read_said
from kaishu.core.everywhere import Hearing, flights_of, hear, told_others
from kaishu.core.flight_card import may_have_card
from kaishu.core.frame import Problem, product_card
from kaishu.core.lookalikes import suggest
from kaishu.core.pack import Pack
from kaishu.core.recall import Recall, say
from kaishu.core.sentences import sentence

TEMPLATES = {
    Step.MODEL: "public/check_model.html",
    Step.SERIAL: "public/check_serial.html",
    Step.MORE: "public/check_more.html",
}
ANSWER = "public/answer.html"
CACHE = "max-age=60, public"


@dataclass(frozen=True, slots=True)
class CheckPage:
    """A page of the check, in the frame of `recall`, which may be another than was asked in."""

    template: str
    recall: Recall
    context: dict[str, Any]


def check_page(
    pack: Pack,
    running: Iterable[Pack],
    query: Mapping[str, str],
    *,
    tag: str,
    code: str,
    at: datetime,
) -> CheckPage:
    """Return the next question of the check, or its answer.

    `running` has every current edition; `tag` and `code` name the language in texts and in paths.
    """
    said = read_said(query)
    found = next_step(pack, said, query)
    if found.step is not Step.ANSWER:
        return CheckPage(TEMPLATES[found.step], pack.recall, _question(pack, said, found, tag))
    others = (other for other in running if other.recall.slug != pack.recall.slug)
    heard = hear(pack, others, said.inspection())
    return answer_page(heard, said, tag=tag, code=code, at=at)


def answer_page(
    heard: Sequence[Hearing], said: Said, *, tag: str, code: str, at: datetime
) -> CheckPage:
    """Show the strictest answer of all recalls that have the model, and name the others below."""
    first = heard[0]
    product = first.pack.recall.product(first.verdict.facts.get("model", ""))
    context = {
        "answer": tell(first.pack, first.verdict, tag),
        "verdict": first.verdict,
        "tone": TONES[first.verdict.answer],
        "card": product_card(first.pack, product) if product else None,
        "said": said,
        "alike": _alike(heard, said),
        "serial_problem": first.verdict.reason.startswith("serial_"),
        "others": told_others(heard[1:], said, tag),
        "check_path": f"/{code}/r/",
        "flights": flights_of(heard, tag),
        "may_have_card": may_have_card(first.verdict),
        "today": at,
    }
    return CheckPage(ANSWER, first.pack.recall, context)


def _choice(code: str, question: Question, tag: str) -> dict[str, str]:
    """Return one choice; a shop has the recall's own name, everything else a word of the house."""
    name = question.names.get(code)
    return {"value": code, "name": say(name, tag) if name else ""}


def _alike(heard: Sequence[Hearing], said: Said) -> tuple[str, ...]:
    """Return the recalled serials that look like the typed one, in any of the recalls heard."""
    inspection = said.inspection()
    found = (each for h in heard for each in suggest(h.pack, inspection, h.verdict))
    return tuple(dict.fromkeys(found))


def _question(pack: Pack, said: Said, found: Next, tag: str) -> dict[str, Any]:
    """Return what the page of a question shows."""
    problem = sentence(found.problem, tag).text
    context: dict[str, Any] = {
        "said": said,
        "problems": [Problem(found.control, problem)] if found.problem else [],
        "cards": [product_card(pack, product) for product in pack.recall.products],
        "card": product_card(pack, found.product) if found.product else None,
    }
    if (question := found.question) is not None:
        context |= {
            "field": question.field,
            "question": sentence(question.code, tag).text,
            "choices": [_choice(code, question, tag) for code in question.choices],
            "typed": question.typed,
            "label": sentence(f"{question.code}_label", tag).text if not question.choices else "",
            "hint": sentence(f"{question.code}_label", tag).next if not question.choices else "",
            "where": say(question.where, tag) if question.where else "",
            "on_label": question.on_label,
            "given": given(said, question),
        }
    return context
