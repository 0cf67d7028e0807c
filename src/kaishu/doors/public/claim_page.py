"""The claim page between two requests: its units, its files, its person, its key."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from kaishu.claims.facts import ClaimFacts
from kaishu.core.recall import Recall
from kaishu.core.sentences import Sentence
from kaishu.doors.public import drafts
from kaishu.doors.public.claim_form import (
    ORDER_FIELDS,
    PersonForm,
    Problem,
    UnitForm,
    claim_facts,
    problems_of,
    typed_values,
)
from kaishu.doors.public.drafts import Slot

MOST_UNITS = 5
_KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPart:
    """One product of the page: its questions and its two files."""

    form: UnitForm
    photo: Slot
    proof: Slot
    same_order: bool = False

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The files asked for, in page order."""
        asked = self.form.recall.evidence
        pairs = ((asked.serial_photo, self.photo), (asked.proof, self.proof))
        return tuple(slot for rule, slot in pairs if rule != "not_asked")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPage:
    """Everything that stands on the page."""

    recall: Recall
    key: str
    units: tuple[UnitPart, ...]
    person: PersonForm

    @property
    def may_add(self) -> bool:
        """Whether another product fits on the page."""
        return len(self.units) < MOST_UNITS


def fresh(recall: Recall, query: QueryDict) -> ClaimPage:
    """Return the page as it is first opened, with what the check already knows."""
    said = {"model": query.get("model", ""), "serial": query.get("serial", "")}
    said |= {"colour": query.get("colour", ""), "bought_on": query.get("bought", "")}
    return ClaimPage(
        recall=recall,
        key=uuid.uuid4().hex,
        units=(_blank(recall, 1, said),),
        person=PersonForm(),
    )


def typed_page(request: HttpRequest, recall: Recall, *, judged: bool) -> ClaimPage:
    """Return the page as it came back; with `judged` its forms are bound and can be valid."""
    data = request.POST
    key = data.get("key", "")
    key = key if _KEY.fullmatch(key) else uuid.uuid4().hex
    units = [_typed_unit(request, recall, no, key, judged) for no in range(1, _how_many(data) + 1)]
    person = (
        PersonForm(data=data) if judged else PersonForm(initial=typed_values(PersonForm(), data))
    )
    return ClaimPage(recall=recall, key=key, units=tuple(units), person=person)


def with_another(page: ClaimPage) -> ClaimPage:
    """Return the page with one more product; its order is the first one's until said otherwise."""
    if not page.may_add:
        return page
    return replace(page, units=(*page.units, _blank(page.recall, len(page.units) + 1, {})))


def without(page: ClaimPage, no: int) -> ClaimPage:
    """Return the page without one product; those behind it move up. The last one stays."""
    left = [part for part in page.units if part.form.no != no]
    if not left:
        return page
    moved = [_renumbered(part, number) for number, part in enumerate(left, 1)]
    return replace(page, units=tuple(moved))


def problems(page: ClaimPage) -> list[Problem]:
    """Return everything that keeps a judged page from being sent, in page order."""
    found: list[Problem] = []
    for part in page.units:
        found += problems_of(part.form)
        found += [
            Problem(f"id-{slot.field}", slot.problem.text) for slot in part.slots if slot.problem
        ]
    return found + list(problems_of(page.person))


def judge_files(page: ClaimPage) -> ClaimPage:
    """Return the page with a problem at each file that must come and has not."""
    units = []
    for part in page.units:
        rule = part.form.recall.evidence
        photo, proof = part.photo, part.proof
        serial = part.form.data.get(part.form.add_prefix("serial"), "").strip()
        if _missing(photo) and (rule.serial_photo == "required" or not serial):
            words = (
                _("Add a photo of the serial number.")
                if serial
                else _("Type the serial number, or add a photo of it.")
            )
            photo = replace(photo, problem=Sentence(words, ""))
        if _missing(proof) and rule.proof == "required" and not part.same_order:
            proof = replace(proof, problem=Sentence(_("Add a photo of the receipt or order."), ""))
        units.append(replace(part, photo=photo, proof=proof))
    return replace(page, units=tuple(units))


def facts_of(page: ClaimPage) -> ClaimFacts:
    """Return the claim that a page without problems makes."""
    units = [
        part.form.facts(files=tuple(slot.kept for slot in part.slots if slot.kept))
        for part in page.units
    ]
    first = units[0]
    order = {name: getattr(first, name) for name in ORDER_FIELDS}
    units = [
        replace(unit, **order) if part.same_order else unit
        for part, unit in zip(page.units, units, strict=True)
    ]
    return claim_facts(recall=page.recall, contact=page.person.contact(), units=tuple(units))


def _missing(slot: Slot) -> bool:
    return slot.kept is None and slot.problem is None


def _how_many(data: QueryDict) -> int:
    count = data.get("units", "1")
    return max(1, min(MOST_UNITS, int(count))) if _is_number(count) else 1


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4


def _blank(recall: Recall, no: int, said: Mapping[str, Any]) -> UnitPart:
    model = said.get("model", "")
    form = UnitForm(recall=recall, no=no, model=model, initial=dict(said))
    return UnitPart(
        form=form,
        photo=Slot(field=f"u{no}-photo", kind="serial_photo"),
        proof=Slot(field=f"u{no}-proof", kind="proof"),
        same_order=no > 1,
    )


def _typed_unit(request: HttpRequest, recall: Recall, no: int, key: str, judged: bool) -> UnitPart:
    data = request.POST
    form = UnitForm(recall=recall, no=no, model=data.get(f"u{no}-model", ""), data=data)
    same_order = no > 1 and f"u{no}-same_order" in data
    if same_order:
        for name in ORDER_FIELDS:
            if name in form.fields:
                form.fields[name].required = False
    if not judged:
        form = UnitForm(recall=recall, no=no, model=form.model, initial=typed_values(form, data))
    return UnitPart(
        form=form,
        photo=drafts.take(request, field=f"u{no}-photo", kind="serial_photo", key=key),
        proof=drafts.take(request, field=f"u{no}-proof", kind="proof", key=key),
        same_order=same_order,
    )


def _renumbered(part: UnitPart, no: int) -> UnitPart:
    old = part.form
    form = UnitForm(recall=old.recall, no=no, model=old.model, initial=old.initial)
    return replace(
        part,
        form=form,
        photo=replace(part.photo, field=f"u{no}-photo"),
        proof=replace(part.proof, field=f"u{no}-proof"),
        same_order=part.same_order and no > 1,
    )
