"""The pages of the check as a template's name and what it shows: one for both doors.

The public door renders them with Django, the edge without; neither decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kaishu.core.answer import tell
from kaishu.core.asking import TONES, Next, Said, Step, given, next_step, read_said
from kaishu.core.everywhere import Hearing, flights_of, hear, told_others
from kaishu.core.frame import Problem, product_card
from kaishu.core.pack import Pack
from kaishu.core.recall import Recall
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
        "serial_problem": first.verdict.reason.startswith("serial_"),
        "others": told_others(heard[1:], said, tag),
        "check_path": f"/{code}/r/",
        "flights": flights_of(heard, tag),
        "today": at,
    }
    return CheckPage(ANSWER, first.pack.recall, context)


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
            "choices": question.choices,
            "typed": question.typed,
            "given": given(said, question),
        }
    return context
