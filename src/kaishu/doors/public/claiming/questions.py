"""What a question is: its address, its words, its form, and what its answer changes.

Each page of the flow is one subclass; `unit_questions` and `person_questions` hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kaishu.core.pack import Pack
from kaishu.core.recall import Product, Recall
from kaishu.doors.public.claiming.answers import Answers, Said, Unit
from kaishu.doors.public.claiming.fields import Plain
from kaishu.doors.public.claiming.store import OpenDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One look at a draft: the recall, the answers so far, and the product that a page is about."""

    pack: Pack
    draft: OpenDraft
    at: datetime
    unit: Unit | None = None

    @property
    def recall(self) -> Recall:
        """The recall in force now."""
        return self.pack.recall

    @property
    def answers(self) -> Answers:
        """The answers so far."""
        return self.draft.answers

    @property
    def one(self) -> Unit:
        """The product that the page is about; only on pages about a product."""
        if self.unit is None:
            raise LookupError("this page is about no product")
        return self.unit

    @property
    def product(self) -> Product | None:
        """The product's model, once it is known."""
        return self.recall.product(self.one.get("model"))

    @property
    def said(self) -> Said:
        """What was typed so far about the product, or about the person."""
        return self.unit.said if self.unit is not None else self.answers.person

    def about(self, unit: Unit | None) -> Visit:
        """Return the same look at another product."""
        return replace(self, unit=unit)


class Question:
    """One page: one question. `name` is the last part of its address."""

    name: str
    template = "public/claiming/fields.html"
    of_unit = True

    def asked(self, visit: Visit) -> bool:
        """Say whether this claim needs the answer."""
        return True

    def heading(self, visit: Visit) -> str:
        """Return the question."""
        raise NotImplementedError

    def why(self, visit: Visit) -> str:
        """Return one sentence on why it is asked."""
        return ""

    def form(self, visit: Visit, data: Mapping[str, str] | None, said: Said) -> Plain:
        """Return the form; it is judged where `data` is given."""
        return Plain(data, said)

    def unknown(self, visit: Visit) -> str:
        """Return the words of "I do not know" where that is an answer, else nothing."""
        return ""

    def button(self, visit: Visit) -> str:
        """Return the words of the one primary button; nothing = "Continue"."""
        return ""

    def more(self, visit: Visit) -> Mapping[str, Any]:
        """Return what else the template shows."""
        return {}

    def keep(self, answers: Answers, visit: Visit, typed: Said) -> Answers:
        """Return the answers with what was typed; `visit` holds the newest answers."""
        if visit.unit is None:
            return answers.saying(**typed)
        return answers.with_unit(visit.unit.saying(**typed))

    def forget(self, answers: Answers, visit: Visit) -> Answers:
        """Return the answers where the person does not know."""
        names = self.form(visit, None, {}).fields
        return self.keep(answers, visit, dict.fromkeys(names, ""))
