"""A draft as every page about it shows it: its newest revision, judged, section by section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse

from kaishu.base.desk import Problem
from kaishu.doors.console import frame
from kaishu.doors.console.recalls.choices import Choices
from kaishu.editions.drafting import judging, queries
from kaishu.editions.drafting.judging import Judgement
from kaishu.editions.drafting.models import Proposal, RecallDraft, Revision
from kaishu.editions.drafting.sections import SECTIONS


@dataclass
class Opened:
    """One draft at its newest revision."""

    draft: RecallDraft
    revision: Revision

    @cached_property
    def judged(self) -> Judgement:
        """What is wrong with it."""
        return judging.judge(self.revision)

    @cached_property
    def data(self) -> dict[str, Any]:
        """The tables of its recall file."""
        return judging.data(self.revision)

    @cached_property
    def waiting(self) -> Proposal | None:
        """The proposal to publish it, where one waits."""
        return queries.waiting_of(self.draft)

    @property
    def choices(self) -> Choices:
        """What its fields may be chosen from."""
        return Choices(self.data, self.revision.files)

    def steps(self) -> list[dict[str, Any]]:
        """Return each section with what is to mend and to look at."""
        mend = self.judged.to_mend()
        look = [each.section for each in self.judged.warnings]
        return [
            {"name": name, "to_mend": mend[name], "warnings": look.count(name)} for name in SECTIONS
        ]


def open_draft(draft_id: int) -> Opened:
    """Return a draft at its newest revision; raise DraftNotFound."""
    draft = queries.draft(draft_id)
    return Opened(draft, queries.newest(draft))


def show(
    request: HttpRequest,
    template: str,
    opened: Opened,
    context: Mapping[str, Any],
    *,
    problems: Sequence[Problem] = (),
    status: int = 200,
) -> HttpResponse:
    """Render a page about a draft, with its sections' states above it."""
    about = {
        "draft": opened.draft,
        "seen": opened.revision.number,
        "steps": opened.steps(),
        "waiting": opened.waiting,
        "may_edit": frame.may(request, frame.EDIT_RECALLS) and opened.draft.open,
        "judged": opened.judged,
    }
    return frame.show(request, template, {**about, **context}, problems=problems, status=status)
