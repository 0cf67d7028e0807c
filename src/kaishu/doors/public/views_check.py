"""The check: which model, which serial, then one answer. No database, no session, no name asked.

What comes next is decided in `core.asking`, which the edge server asks too; here it is only shown.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kaishu.base import language
from kaishu.core.answer import tell
from kaishu.core.asking import TONES, Next, Said, Step, given, next_step, read_said
from kaishu.core.everywhere import flights_of, hear, told_others
from kaishu.core.pack import Pack
from kaishu.core.sentences import sentence
from kaishu.doors.public import site
from kaishu.doors.public.problems import Problem

TEMPLATES = {Step.MODEL: "check_model", Step.SERIAL: "check_serial", Step.MORE: "check_more"}


@require_safe
@cache_control(public=True, max_age=60)
def check(request: HttpRequest, tongue: str, slug: str) -> HttpResponse:
    """Show the next question of the check, or its answer."""
    pack = site.pack_of(slug)
    query = request.GET.dict()
    said = read_said(query)
    found = next_step(pack, said, query)
    if found.step is Step.ANSWER:
        return _answer(request, pack, said)
    template = f"public/{TEMPLATES[found.step]}.html"
    return site.show(request, template, pack.recall, _question(pack, said, found))


def _question(pack: Pack, said: Said, found: Next) -> dict[str, Any]:
    """Return what the page of a question shows."""
    problem = sentence(found.problem, language.tag()).text
    context: dict[str, Any] = {
        "said": said,
        "problems": [Problem(found.control, problem)] if found.problem else [],
        "cards": [site.product_card(pack, product) for product in pack.recall.products],
        "card": site.product_card(pack, found.product) if found.product else None,
    }
    if (question := found.question) is not None:
        context |= {
            "field": question.field,
            "question": sentence(question.code, language.tag()).text,
            "choices": question.choices,
            "typed": question.typed,
            "given": given(said, question),
        }
    return context


def _answer(request: HttpRequest, pack: Pack, said: Said) -> HttpResponse:
    """Show the strictest answer of all recalls that have the model, and name the others below."""
    tag = language.tag()
    others = [other for other in site.running() if other.recall.slug != pack.recall.slug]
    heard = hear(pack, others, said.inspection())
    first = heard[0]
    product = first.pack.recall.product(first.verdict.facts.get("model", ""))
    context = {
        "answer": tell(first.pack, first.verdict, tag),
        "verdict": first.verdict,
        "tone": TONES[first.verdict.answer],
        "card": site.product_card(first.pack, product) if product else None,
        "said": said,
        "serial_problem": first.verdict.reason.startswith("serial_"),
        "others": told_others(heard[1:], said, tag),
        "check_path": f"/{translation.get_language()}/r/",
        "flights": flights_of(heard, tag),
        "today": timezone.now(),
    }
    return site.show(request, "public/answer.html", first.pack.recall, context)
