"""Show a page of the flow: its question, its errors, the way back, how long answers are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from kaishu.doors.public import site
from kaishu.doors.public.claiming import path
from kaishu.doors.public.claiming.fields import Plain
from kaishu.doors.public.claiming.path import Step
from kaishu.doors.public.claiming.questions import Visit
from kaishu.doors.public.problems import Problem


def base(tongue: str, token: str) -> str:
    """Return the start of every address of one draft."""
    return f"/{tongue}/d/{token}/"


def show_question(
    request: HttpRequest,
    root: str,
    step: Step,
    form: Plain,
    problems: Iterable[Problem] = (),
    *,
    changing: bool = False,
) -> HttpResponse:
    """Show one question."""
    question, visit = step.question, step.visit
    problems = list(problems)
    context: dict[str, Any] = {
        "question": question,
        "heading": question.heading(visit),
        "why": question.why(visit),
        "unknown": question.unknown(visit),
        "button": question.button(visit),
        "form": form,
        "single": next(iter(form)) if len(form.fields) == 1 else None,
        "changing": changing,
        "back": _back(root, step, changing=changing),
        **_about(visit),
        **question.more(visit),
    }
    if question.name == "products":
        context["units"] = list(path.unit_states(visit))
    return show(request, root, question.template, visit, context, problems, keep_form="question")


def show(
    request: HttpRequest,
    root: str,
    template: str,
    visit: Visit,
    context: Mapping[str, Any],
    problems: Iterable[Problem] = (),
    *,
    keep_form: str = "",
    status: int = 0,
) -> HttpResponse:
    """Show any page of a draft in the frame of its recall."""
    problems = list(problems)
    whole = {
        "problems": problems,
        "root": root,
        "expires_at": visit.draft.expires_at,
        "keep_form": keep_form,
        **context,
    }
    return site.show(
        request, template, visit.recall, whole, status=status or (422 if problems else 200)
    )


def _about(visit: Visit) -> Mapping[str, Any]:
    """Say which product a page is about, where there are several."""
    if visit.unit is None:
        return {}
    several = len(visit.answers.units) > 1
    position = visit.answers.position(visit.unit) if several else 0
    return {"position": position, "how_many": len(visit.answers.units), "product": visit.product}


def _back(root: str, step: Step, *, changing: bool) -> str:
    if changing:
        return f"{root}check/"
    previous = path.before(step.visit, step)
    return root + previous.address if previous else ""
