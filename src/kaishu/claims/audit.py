"""Derive what claims cache, and hold them against the books: decisions, holders, promises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kaishu.books.audit import CHUNK, Finding
from kaishu.books.models import Entry, Promise, Unit
from kaishu.claims.models import Claim, ClaimUnit, Decision
from kaishu.claims.reasons import Standing, after
from kaishu.claims.search import check as search
from kaishu.core.accounts import OWED, PAID, SENT

LIVING = (OWED, SENT, PAID)
Key = tuple[str, int]


def audit() -> Iterator[Finding]:
    """Yield every finding in claims; nothing means that they hold and the books say the same."""
    decisions: dict[int, list[Decision]] = defaultdict(list)
    for decision in Decision.objects.order_by("claim_unit_id", "number").iterator(CHUNK):
        decisions[decision.claim_unit_id].append(decision)
    promises: dict[Key, list[Promise]] = defaultdict(list)
    for promise in Promise.objects.order_by("id").iterator(CHUNK):
        promises[(promise.case_no, promise.unit_no)].append(promise)
    promised: dict[int, str] = {}
    units = ClaimUnit.objects.select_related("claim").order_by("id").iterator(CHUNK)
    for unit in units:
        yield from _decisions(unit, decisions[unit.id])
        mine = promises.pop((unit.claim.case_no, unit.unit_no), [])
        yield from _promises(unit, mine, _standing(decisions[unit.id]))
        yield from _promised_once(unit, mine, promised)
        yield from _place(unit)
    for case_no, unit_no in promises:
        yield Finding("promise_unclaimed", f"case {case_no}-{unit_no}", "no claim unit has it")
    yield from _entries_without_claim()
    yield from search.audit()


def _decisions(unit: ClaimUnit, decisions: list[Decision]) -> Iterator[Finding]:
    where, standing = f"claim unit {unit}", Standing.OPEN
    for number, decision in enumerate(decisions, 1):
        if decision.number != number:
            yield Finding("decision_gap", where, f"no. {number} should come here")
            break
        step = after(standing, decision.kind, decision.reason)
        if step != decision.standing:
            yield Finding(
                "standing_wrong", where, f"no. {number} leads to {step}, not {decision.standing}"
            )
            break
        standing = step
    if unit.standing != _standing(decisions):
        yield Finding("standing_misplaced", where, f"its decisions say {_standing(decisions)}")
    newest = decisions[-1].id if decisions else None
    if unit.newest_decision_id != newest:
        yield Finding("newest_misplaced", where, f"its newest decision is {newest}")


def _standing(decisions: list[Decision]) -> str:
    return decisions[-1].standing if decisions else Standing.OPEN


def _promises(unit: ClaimUnit, promises: list[Promise], standing: str) -> Iterator[Finding]:
    where = f"claim unit {unit}"
    remedies = [p for p in promises if p.role == "remedy" and p.account in LIVING]
    if len(remedies) > 1:
        yield Finding("promised_twice", where, f"{len(remedies)} remedies are owed or left")
    approved = standing == Standing.APPROVED
    if not approved and (remedies or any(p.account == OWED for p in promises)):
        yield Finding("promise_unapproved", where, f"promised something while {standing}")
    if approved and not any(p.role == "remedy" for p in promises):
        yield Finding("approval_unpromised", where, "approved, and nothing was promised")
    for promise in promises:
        if promise.recall_id != unit.recall_id:
            yield Finding("promise_elsewhere", where, f"promise {promise.id} is another recall's")


def _promised_once(
    unit: ClaimUnit, promises: list[Promise], promised: dict[int, str]
) -> Iterator[Finding]:
    living = any(p.role == "remedy" and p.account in LIVING for p in promises)
    if not living or unit.unit_id is None:
        return
    if unit.unit_id in promised:
        yield Finding(
            "unit_promised_twice",
            f"claim unit {unit}",
            f"unit {unit.unit_id} was promised for to {promised[unit.unit_id]} already",
        )
    promised[unit.unit_id] = str(unit)


def _place(unit: ClaimUnit) -> Iterator[Finding]:
    where = f"claim unit {unit}"
    if unit.unit_id is not None:
        held = Unit.objects.filter(id=unit.unit_id, recall_id=unit.recall_id)
        if not held.exists():
            yield Finding("unit_unknown", where, f"the books have no unit {unit.unit_id}")
    if unit.holder_entry_id is None:
        return
    if unit.contested:
        yield Finding("holder_contested", where, "it holds its unit and is contested")
    entry = Entry.objects.filter(
        id=unit.holder_entry_id,
        kind="holder.known",
        case_no=unit.claim.case_no,
        unit_no=unit.unit_no,
        unit_moves__unit_id=unit.unit_id or 0,
        reversed_by=None,
    )
    if not entry.exists():
        yield Finding("holder_unposted", where, f"entry {unit.holder_entry_id} does not say so")
    others = ClaimUnit.objects.filter(unit_id=unit.unit_id, holder_entry_id__isnull=False)
    if others.filter(id__lt=unit.id).exists():
        yield Finding("held_twice", where, f"unit {unit.unit_id} has another holder")


def _entries_without_claim() -> Iterator[Finding]:
    known = Claim.objects.values("case_no")
    entries = Entry.objects.exclude(case_no="").exclude(case_no__in=known)
    for entry in entries.order_by("id")[:100]:
        yield Finding("case_unknown", f"entry {entry.id}", f"there is no case {entry.case_no}")
