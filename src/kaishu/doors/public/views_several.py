"""Several units in one go: a pasted list becomes one page of answers, the most dangerous first.

Everything is in the address, as on the check of one unit: no database, no session, no name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kaishu.base import language
from kaishu.core.answer import AnswerPage, Inspection, find_product, judge, tell
from kaishu.core.asking import TONES
from kaishu.core.codes import unpack
from kaishu.core.everywhere import danger, judge_everywhere
from kaishu.core.pack import Pack
from kaishu.core.recall import Recall
from kaishu.core.verdict import Answer, Verdict
from kaishu.doors.public import gatekeeper, site
from kaishu.doors.public.claiming.answers import MOST_UNITS
from kaishu.doors.public.problems import Problem

MOST_LINES = 20
LONGEST_LINE = 120
MOST_WORDS = 8  # of a line that may be its model
BETWEEN = ",;:，；：、"
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Line:
    """One unit of the list as typed; `model` is empty where neither line nor choice names one."""

    no: int
    model: str
    serial: str


@require_safe
def several(request: HttpRequest, tongue: str, slug: str) -> HttpResponse:
    """Ask for a list of units, then answer each of them on one page."""
    pack = site.pack_of(slug)
    typed, chosen = request.GET.get("list", ""), request.GET.get("model", "")
    recalls = [pack.recall, *(other.recall for other in _others(pack))]
    lines = read_lines(typed, recalls, chosen)
    problems = _problems(lines, asked="list" in request.GET)
    if "list" not in request.GET or problems or "change" in request.GET:
        return _ask(request, pack, typed, chosen, problems)
    asked = [(line.model, line.serial) for line in lines]
    if (held := gatekeeper.hold(request, pack.recall, site.running(), asked)) is not None:
        return held
    return _answers(
        request, pack, lines, urlencode({"model": chosen, "list": typed, "change": "1"})
    )


@cache_control(public=True, max_age=60)
def _answers(request: HttpRequest, pack: Pack, lines: list[Line], change: str) -> HttpResponse:
    units = sorted((_unit(pack, line) for line in lines), key=lambda unit: unit["danger"])
    affected = [unit["word"] for unit in units if unit["claim"]]
    context = {
        "units": units,
        "claims": claims_of(list(dict.fromkeys(affected))),
        "tone": units[0]["tone"],
        "change": change,
        "today": timezone.now(),
    }
    return site.show(request, "public/several_answer.html", pack.recall, context)


def read_lines(text: str, recalls: Sequence[Recall], chosen: str) -> list[Line]:
    """Read one unit a line: a model and a serial, or a serial alone of the model chosen.

    Between the two may stand a space, a comma, a colon or a tab, as a table or a chat writes it.
    A model that only another recall has is that model too: it may be affected there. It stays as it
    was typed, because one maker's other name for a model can be the very model of another. Only
    the ends of lines that people type end one: a separator within a scanned code does not.
    """
    lines: list[Line] = []
    for typed in _LINE_END.split(text):
        if whole := typed.strip():
            model, serial = _named(whole, recalls) or (chosen, whole)
            lines.append(Line(len(lines) + 1, model, serial))
    return lines


def split_line(line: str) -> tuple[str, str]:
    """Cut a line after its first word."""
    return next(_cuts(line), (line, ""))


def _named(line: str, recalls: Sequence[Recall]) -> tuple[str, str] | None:
    """Cut a line after the longest model of any recall that it begins with."""
    for model, rest in reversed([*islice(_cuts(line), MOST_WORDS), (line, "")]):
        if any(find_product(recall, model) for recall in recalls):
            return model, rest
    return None


def _cuts(line: str) -> Iterator[tuple[str, str]]:
    """Yield both parts of a line for each place where it may be cut, from the left."""
    for place, character in enumerate(line):
        if character.isspace() or character in BETWEEN:
            yield line[:place], line[place + 1 :].strip(f" \t{BETWEEN}")


def _problems(lines: list[Line], *, asked: bool) -> list[Problem]:
    if not asked:
        return []
    without = (
        Problem("id-model-0", _("Choose the model of line %(no)d.") % {"no": each.no})
        for each in lines
        if not each.model
    )
    return [*list_problems(lines), *without][:1]


def list_problems(lines: Sequence[Line]) -> list[Problem]:
    """Say what is wrong with a list as a list: nothing in it, too many lines, one too long."""
    if not lines:
        return [Problem("id-list", _("Type at least one serial number."))]
    if len(lines) > MOST_LINES:
        words = _("This list has %(count)d lines. Check %(most)d at a time.")
        return [Problem("id-list", words % {"count": len(lines), "most": MOST_LINES})]
    words = _("Line %(no)d is too long. One unit is one line.")
    long = (each for each in lines if len(each.serial) > LONGEST_LINE)
    return [Problem("id-list", words % {"no": each.no}) for each in long][:1]


@cache_control(public=True, max_age=60)
def _ask(
    request: HttpRequest, pack: Pack, typed: str, chosen: str, problems: list[Problem]
) -> HttpResponse:
    context = {
        "cards": [site.product_card(pack, product) for product in pack.recall.products],
        "typed": typed,
        "chosen": chosen,
        "problems": problems,
        "most": MOST_LINES,
    }
    return site.show(request, "public/several.html", pack.recall, context)


def _unit(pack: Pack, line: Line) -> dict[str, Any]:
    """Return one row of the answer page; another recall that is stricter decides its order."""
    inspection = Inspection(model=line.model, serial=line.serial)
    verdict = judge(pack, inspection)
    answer = tell(pack, verdict, language.tag())
    heard = judge_everywhere(_others(pack), inspection)
    stricter = [each for each in heard if danger(each.verdict) < danger(verdict)]
    strictest = stricter[0].verdict if stricter else verdict
    headline = tell(stricter[0].pack, strictest, language.tag()).headline if stricter else ""
    return {
        "no": line.no,
        "answer": answer,
        "headline": headline or answer.headline,
        "said": _said(answer, line),
        "verdict": verdict,
        "tone": TONES[strictest.answer],
        "danger": danger(strictest),
        "claim": verdict.answer is Answer.AFFECTED,
        "word": unit_word(verdict, line),
        "stricter": [each.pack.recall.title for each in stricter[:1]],
        "query": urlencode({"model": line.model, "serial": line.serial}),
    }


def _others(pack: Pack) -> list[Pack]:
    return [other for other in site.running() if other.recall.slug != pack.recall.slug]


def _said(answer: AnswerPage, line: Line) -> Mapping[str, str]:
    return {"model": answer.model or line.model, "serial": answer.serial or line.serial}


def claims_of(words: list[str]) -> list[dict[str, Any]]:
    """Cut the affected units into as many claims as the claim's own limit asks for."""
    parts = [words[start : start + MOST_UNITS] for start in range(0, len(words), MOST_UNITS)]
    return [{"count": len(part), "query": urlencode([("u", w) for w in part])} for part in parts]


def unit_word(verdict: Verdict, line: Line) -> str:
    """Return a unit as the claim's address names it; a scanned code stays whole, with its batch."""
    serial = verdict.facts.get("serial", "")
    code = line.serial if unpack(line.serial) is not None else serial
    return f"{verdict.facts.get('model', '')}:{code}"
