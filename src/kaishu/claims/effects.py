"""What follows from a decision in the books. A refusal here undoes the decision with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from kaishu.books import actions as books
from kaishu.books.models import Promise, Unit
from kaishu.books.queries import promises_of_case
from kaishu.claims import holding, kits, terms
from kaishu.claims.errors import (
    AmountWrong,
    ClaimIncomplete,
    PartStands,
    RemedyLeft,
    RemedyNotOffered,
)
from kaishu.claims.facts import CONDITIONS
from kaishu.claims.models import ClaimUnit, Decision
from kaishu.claims.reasons import COLLECTED_REASONS, Standing
from kaishu.core.accounts import OWED, PAID, SENT, WAIVED
from kaishu.core.recall import Recall, Remedy
from kaishu.core.remedy import COLLECTED_AT, Award, award, currency_of
from kaishu.core.triage import kit_for


@dataclass(frozen=True, slots=True)
class Case:
    """A claim unit with its newest decision, all decisions, and its promises still alive."""

    unit: ClaimUnit
    decision: Decision
    before: Standing
    decisions: tuple[Decision, ...]
    promises: tuple[Promise, ...]

    @property
    def key(self) -> str:
        """Name this decision in the books."""
        unit = self.unit
        return f"decision:{unit.claim.case_no}-{unit.unit_no}-{self.decision.number}"

    def owed(self) -> list[Promise]:
        """Return the promises that nothing has left for."""
        return [promise for promise in self.promises if promise.account == OWED]

    def left(self, role: str) -> bool:
        """Say whether the kit, or the remedy, has left."""
        return any(p.role == role and p.account in (SENT, PAID) for p in self.promises)

    def unit_is_here(self) -> bool:
        """Say whether the unit is out of the owner's hands, so that no kit is needed any more."""
        if self.unit.unit_id is None or self.unit.contested:
            return False
        return Unit.objects.get(id=self.unit.unit_id).account in COLLECTED_AT


def follow(
    unit: ClaimUnit, decision: Decision, before: Standing, decisions: tuple[Decision, ...]
) -> None:
    """Post what a decision means for units and promises; most kinds mean nothing.

    `decisions` are all of the unit's, this one last.
    """
    effect = _EFFECTS.get(decision.kind)
    if effect is None:
        return
    promises = [
        promise
        for promise in promises_of_case(unit.claim.case_no)
        if promise.unit_no == unit.unit_no and promise.account in (OWED, SENT, PAID)
    ]
    effect(Case(unit, decision, before, decisions, tuple(promises)))


def _approve(case: Case) -> None:
    if case.before is Standing.APPROVED:
        _change(case)
        return
    unit, decision = case.unit, case.decision
    _, remedy = _offer(case)
    here = _secure(case) in COLLECTED_AT
    books.award_promises(
        recall_id=unit.recall_id,
        case_no=unit.claim.case_no,
        unit_no=unit.unit_no,
        awards=_awards(case, remedy, here=here),
        terms=remedy.code,
        edition_id=unit.edition_id,
        key=case.key,
        door="claims",
        by=decision.by,
        at=decision.at,
        reason=decision.reason,
    )


def _secure(case: Case) -> str:
    """Hold the unit that the reviewer read, so that books and promise are of one product.

    Returns the account that it stands in.
    """
    return holding.secure(
        case.unit,
        terms.recall_of(case.unit.edition_id),
        model=_model(case),
        typed=str(case.decision.facts.get("serial", "")),
        number=case.decision.number,
        by=case.decision.by,
        at=case.decision.at,
    )


def _change_remedy(case: Case) -> None:
    if not case.decision.facts.get("remedy"):
        raise RemedyNotOffered(remedy="", model=_model(case))
    _offer(case)
    if case.before is Standing.APPROVED:
        _change(case)


def _change(case: Case) -> None:
    """Close what is owed and promise anew; a kit that has left is not promised again."""
    _, remedy = _offer(case)
    if case.left("remedy") or (case.left("kit") and case.decision.kind == "remedy_changed"):
        raise RemedyLeft(case_no=case.unit.claim.case_no)
    if case.decision.kind == "approved":
        _secure(case)
    _replace(case, _awards(case, remedy, here=case.unit_is_here()), remedy.code)


def _reopen(case: Case) -> None:
    if case.left("remedy"):
        raise RemedyLeft(case_no=case.unit.claim.case_no)
    if case.owed():
        _replace(case, (), "")


def _settle_condition(case: Case) -> None:
    """Keep how the unit is, as a person found out; a kit still owed becomes the lawful one."""
    condition = str(case.decision.facts.get("condition", ""))
    if condition not in CONDITIONS:
        raise ClaimIncomplete(field="condition", unit=case.unit.unit_no)
    kits.keep_condition(
        case.unit, condition, key=case.key, by=case.decision.by, at=case.decision.at
    )


def _inspect(case: Case) -> None:
    """Once the unit is in our hands, nobody waits for its kit any more."""
    if case.decision.reason in COLLECTED_REASONS:
        _decline(case, [promise for promise in case.owed() if promise.role == "kit"])


def _withdraw(case: Case) -> None:
    if case.left("remedy"):
        raise RemedyLeft(case_no=case.unit.claim.case_no)
    _decline(case, case.owed())


def _decline(case: Case, promises: list[Promise]) -> None:
    for promise in promises:
        books.move_promise(
            promise_id=promise.id,
            kind="promise.declined",
            target=WAIVED,
            key=f"{case.key}:{promise.id}",
            door="claims",
            by=case.decision.by,
            at=case.decision.at,
            reason=case.decision.reason,
        )


def _replace(case: Case, awards: tuple[Award, ...], code: str) -> None:
    decision = case.decision
    books.change_promises(
        promise_ids=[promise.id for promise in case.owed()],
        awards=awards,
        terms=code,
        key=case.key,
        door="claims",
        by=decision.by,
        at=decision.at,
        reason=decision.reason,
    )


def _model(case: Case) -> str:
    return str(terms.settled(case.unit, case.decisions, "product"))


def _offer(case: Case) -> tuple[Recall, Remedy]:
    recall = terms.recall_of(case.unit.edition_id)
    model = _model(case)
    terms.product_of(recall, model)
    code = str(terms.settled(case.unit, case.decisions, "remedy"))
    return recall, terms.remedy_of(recall, model, code)


def _awards(case: Case, remedy: Remedy, *, here: bool) -> tuple[Award, ...]:
    full = award(remedy, terms.purchase_of(case.unit, case.decisions))
    no_kit = case.left("kit") or here
    awards = [_lawful(item, case.unit) for item in full if item.role != "kit" or not no_kit]
    part = case.decision if case.decision.reason == "partial" else _part_before(case)
    if part is None:
        return tuple(awards)
    amount = part.facts.get("amount")
    if part is not case.decision:
        _same_currency(case, remedy)
        return tuple(_no_more(item, amount) if item.role == "remedy" else item for item in awards)
    return tuple(_smaller(item, amount) if item.role == "remedy" else item for item in awards)


def _part_before(case: Case) -> Decision | None:
    """Return the approval in part that still stands while only the remedy changes."""
    if case.before is not Standing.APPROVED or case.decision.kind != "remedy_changed":
        return None
    approved = [decision for decision in case.decisions if decision.kind == "approved"]
    return approved[-1] if approved and approved[-1].reason == "partial" else None


def _lawful(item: Award, unit: ClaimUnit) -> Award:
    """Return the kit that a unit in its condition may travel in; other awards as they are."""
    if item.role != "kit":
        return item
    return replace(item, commodity=kit_for(item.commodity, unit.condition))


def _same_currency(case: Case, remedy: Remedy) -> None:
    """Refuse goods, or another currency, in place of a part of an amount."""
    owed = {currency_of(p.commodity) for p in case.promises if p.role == "remedy"}
    if not currency_of(remedy.commodity) or owed != {currency_of(remedy.commodity)}:
        raise PartStands(remedy=remedy.code)


def _no_more(full: Award, partial: object) -> Award:
    """Return another remedy of a claim approved in part: the same amount, never the full one."""
    most = partial if isinstance(partial, int) else full.quantity
    return replace(full, quantity=min(most, full.quantity))


def _smaller(full: Award, partial: object) -> Award:
    if not isinstance(partial, int) or not 0 < partial < full.quantity:
        raise AmountWrong(amount=partial, full=full.quantity)
    return replace(full, quantity=partial)


_EFFECTS: Mapping[str, Callable[[Case], None]] = {
    "approved": _approve,
    "remedy_changed": _change_remedy,
    "withdrawn": _withdraw,
    "reopened": _reopen,
    "inspected": _inspect,
    "condition_settled": _settle_condition,
}
