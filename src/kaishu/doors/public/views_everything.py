"""Everything somebody owns, in one go: products of any brand, held against every recall here.

As on the check of one unit everything is in the address: no database, no session, no name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kaishu.base import language
from kaishu.core.answer import Inspection, tell
from kaishu.core.asking import TONES
from kaishu.core.codes import unpack
from kaishu.core.everywhere import DANGER, Hearing, danger, flights_of, judge_everywhere
from kaishu.core.pack import Pack
from kaishu.core.sentences import sentence
from kaishu.core.verdict import Answer
from kaishu.doors.public import gatekeeper, site
from kaishu.doors.public.problems import Problem
from kaishu.doors.public.views_several import (
    Line,
    claims_of,
    list_problems,
    read_lines,
    split_line,
    unit_word,
)

# A unit that no recall here knows comes after the questions and before what is surely safe.
_UNKNOWN = DANGER.index(Answer.NO_SUCH_MODEL)


@dataclass(frozen=True, slots=True)
class Heard:
    """One line of the list, and what each recall that has the model says: the strictest first."""

    line: Line
    inspection: Inspection
    hearings: tuple[Hearing, ...]

    @property
    def danger(self) -> int:
        """Return the place of its strictest answer in the order of danger."""
        return danger(self.hearings[0].verdict) if self.hearings else _UNKNOWN


@require_safe
def everything(request: HttpRequest, tongue: str) -> HttpResponse:
    """Ask for a list of products of any brand, then answer each of them on one page."""
    packs, typed = site.running(), request.GET.get("list", "")
    lines = owned_lines(typed, packs)
    asked = "list" in request.GET
    problems = list_problems(lines) if asked else []
    if not asked or problems or "change" in request.GET or not packs:
        return _ask(request, packs, typed, problems)
    pairs = [(line.model, line.serial) for line in lines]
    if (held := gatekeeper.hold(request, packs[0].recall, packs, pairs)) is not None:
        return held
    return _answers(request, hear_lines(lines, packs), typed)


def owned_lines(text: str, packs: Iterable[Pack]) -> list[Line]:
    """Read one unit a line; a model that no recall here has stays as it was typed.

    A line that is a scanned code needs no model: the code names it.
    """
    lines = []
    for line in read_lines(text, [pack.recall for pack in packs], ""):
        if line.model or unpack(line.serial) is not None:
            lines.append(line)
        else:
            lines.append(Line(line.no, *split_line(line.serial)))
    return lines


def hear_lines(lines: Iterable[Line], packs: list[Pack]) -> list[Heard]:
    """Return what every recall says of each line, the most dangerous line first."""
    heard = []
    for line in lines:
        inspection = Inspection(model=line.model, serial=line.serial)
        heard.append(Heard(line, inspection, tuple(judge_everywhere(packs, inspection))))
    return sorted(heard, key=lambda each: each.danger)


def wishes_of(heard: Iterable[Heard]) -> list[tuple[str, Inspection]]:
    """Return what can be followed: each recall that says "not affected" of a unit."""
    return [
        (hearing.pack.recall.slug, each.inspection)
        for each in heard
        for hearing in each.hearings
        if hearing.verdict.answer is Answer.NOT_AFFECTED
    ]


@cache_control(public=True, max_age=60)
def _ask(
    request: HttpRequest, packs: list[Pack], typed: str, problems: list[Problem]
) -> HttpResponse:
    models = [product.model for pack in packs for product in pack.recall.products]
    context = {
        "typed": typed,
        "problems": problems,
        "example": models[0] if models else "",
        "recalls": [pack.recall for pack in packs],
    }
    return site.show(request, "public/everything.html", None, context)


@cache_control(public=True, max_age=60)
def _answers(request: HttpRequest, heard: list[Heard], typed: str) -> HttpResponse:
    tag = language.tag()
    all_hearings = [hearing for each in heard for hearing in each.hearings]
    context = {
        "units": [_unit(each, tag) for each in heard],
        "recalls": _affected_recalls(heard),
        "flights": flights_of(all_hearings, tag),
        "watch": urlencode({"list": typed}) if wishes_of(heard) else "",
        "change": urlencode({"list": typed, "change": "1"}),
        "data": list(dict.fromkeys(tell(h.pack, h.verdict, tag).data_as_of for h in all_hearings)),
        "today": timezone.now(),
    }
    return site.show(request, "public/everything_answer.html", None, context)


def _unit(heard: Heard, tag: str) -> dict[str, Any]:
    """Return one unit with all that is said of it; the first answer gives it its tone."""
    answers: list[dict[str, Any]] = []
    for hearing in heard.hearings:
        page = tell(hearing.pack, hearing.verdict, tag)
        query = {"model": page.model or heard.line.model, "serial": heard.line.serial}
        answers.append(
            {
                "page": page,
                "slug": hearing.pack.recall.slug,
                "tone": TONES[hearing.verdict.answer],
                "query": urlencode(query),
            }
        )
    unknown = sentence(
        "no_such_model", tag, {"model": (heard.line.model or heard.line.serial)[:40]}
    )
    return {
        "no": heard.line.no,
        "model": heard.hearings[0].verdict.facts.get("model", "") if answers else heard.line.model,
        "serial": answers[0]["page"].serial if answers else "",
        "typed": heard.line.serial,
        "tone": answers[0]["tone"] if answers else "info",
        "headline": answers[0]["page"].headline if answers else unknown.text,
        "answers": answers,
    }


def _affected_recalls(heard: list[Heard]) -> list[dict[str, Any]]:
    """Return each recall that takes units of the list in: what to do, and the claims to start."""
    found: dict[str, dict[str, Any]] = {}
    for each in heard:
        for hearing in each.hearings:
            if hearing.verdict.answer is Answer.AFFECTED:
                slug = hearing.pack.recall.slug
                entry = found.setdefault(slug, {"recall": hearing.pack.recall, "words": []})
                entry["words"].append(unit_word(hearing.verdict, each.line))
    return [
        {"recall": entry["recall"], "claims": claims_of(list(dict.fromkeys(entry["words"])))}
        for entry in found.values()
    ]
