"""The question in an address: which lots and units, in which window; typed text is kept."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kaishu.base.desk import Problem, problem_of
from kaishu.core.errors import Refusal
from kaishu.core.genealogy.errors import WindowWrong
from kaishu.core.genealogy.forward import Forward, forward
from kaishu.core.genealogy.things import Kind
from kaishu.doors.console.trace.opened import Opened
from kaishu.editions import queries as editions
from kaishu.markets import zone_of
from kaishu.supply.network.asking import moment
from kaishu.supply.network.errors import MomentWrong
from kaishu.supply.questions import typed
from kaishu.supply.questions.typed import SUSPECT, Unclear
from kaishu.supply.to_recall.rules import Question

FORMS = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")
A_DAY = len("2025-06-30")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was typed and what it means. `codes` is empty while something is not clear."""

    text: str
    codes: tuple[str, ...]
    unclear: tuple[Unclear, ...]
    since_text: str
    until_text: str
    since: int | None
    until: int | None
    problems: tuple[Problem, ...]

    @property
    def is_asked(self) -> bool:
        """Say whether anything was typed."""
        return bool(self.text.strip())

    @property
    def query(self) -> str:
        """The address of this very question, in codes, so that it means the same tomorrow."""
        said = {"lots": ",".join(self.codes), "since": self.since_text, "until": self.until_text}
        return urlencode({name: value for name, value in said.items() if value})

    def question(self, opened: Opened) -> Question:
        """Return the question as a draft of a recall notes it."""
        return Question(
            network=opened.network.slug,
            suspects=self.codes,
            since=self.since,
            until=self.until,
            graph=opened.file.digest,
        )


def read(
    request: HttpRequest, opened: Opened, *, name: str = "lots", kinds: Sequence[Kind] = SUSPECT
) -> Asked:
    """Read what a form asks; a POST carries the same fields as the address."""
    given = request.POST if request.method == "POST" else request.GET
    text = given.get(name, "")
    since_text, until_text = (given.get(each, "").strip() for each in ("since", "until"))
    problems: list[Problem] = []
    since, until = _moment(since_text, "since", problems), _moment(until_text, "until", problems)
    if len(since_text) == len(until_text) == A_DAY and until_text < since_text:
        problems.append(problem_of(WindowWrong(since=since_text, until=until_text), "id-since"))
    codes: tuple[str, ...] = ()
    unclear: tuple[Unclear, ...] = ()
    if text.strip():
        try:
            found = typed.read(opened.graph, opened.network, text, kinds=kinds)
            codes, unclear = found.codes, found.unclear
        except Refusal as refusal:
            problems.append(problem_of(refusal, f"id-{name}"))
    lots = _lots(opened, unclear) if Kind.LOT not in kinds else frozenset()
    problems += [
        _lot(each, f"id-{name}") if each.typed in lots else _unclear(each, f"id-{name}")
        for each in unclear
    ]
    if problems:
        codes = ()
    return Asked(
        text=text,
        codes=codes,
        unclear=unclear,
        since_text=since_text,
        until_text=until_text,
        since=since,
        until=until,
        problems=tuple(problems),
    )


def follow(opened: Opened, asked: Asked) -> Forward:
    """Ask the graph forward. Raises what the graph refuses."""
    return forward(opened.graph, asked.codes, since=asked.since, until=asked.until)


def _lots(opened: Opened, unclear: Sequence[Unclear]) -> frozenset[str]:
    """Return the words that name no unit, but a lot."""
    words = [each.typed for each in unclear if not each.may_be]
    return typed.known(opened.graph, opened.network, words, kinds=(Kind.LOT,))


def _lot(each: Unclear, control: str) -> Problem:
    said = _("“%(word)s” is a lot. Only units count here.") % {"word": each.typed[:80]}
    return Problem(said, _("Follow it under “Where did it go”."), control)


def _unclear(each: Unclear, control: str) -> Problem:
    if each.may_be:
        said = _("“%(word)s” names %(count)s things. Choose the one that you mean below.")
        return Problem(said % {"word": each.typed, "count": len(each.may_be)}, "", control)
    said = _("No record of this network names “%(word)s”.") % {"word": each.typed[:80]}
    next_step = _(
        "Compare it with the label. If it is right, its events or link files are not loaded yet."
    )
    return Problem(said, next_step, control)


def _moment(text: str, name: str, problems: list[Problem]) -> int | None:
    """Return seconds since 1970: a moment on the clock of the pages, a day as the API reads it."""
    if not text:
        return None
    with suppress(MomentWrong):
        if len(text) == A_DAY:
            return moment(text, end=name == "until")
    zone = zone_of(row.market for row in editions.recall_rows()) or UTC
    for form in FORMS:
        with suppress(ValueError):
            return int(datetime.strptime(text, form).replace(tzinfo=zone).timestamp())
    problems.append(Problem(_("Write the day like this: 2025-06-30."), "", f"id-{name}"))
    return None
