"""What the page of one case shows of its units: the verdict, what may be decided, the history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kaishu.base import clock, language, words
from kaishu.books.models import Entry
from kaishu.claims import second_look
from kaishu.claims.reasons import REASONS, after
from kaishu.claims.views import CaseView, UnitBrief, UnitView
from kaishu.core.answer import spoken_made
from kaishu.core.asking import TITLES
from kaishu.core.dates import made_from
from kaishu.core.recall import AmountRule, Recall, Remedy, say
from kaishu.core.remedy import AmountMissing, Purchase, award
from kaishu.core.sentences import Sentence, sentence
from kaishu.core.triage import kit_for
from kaishu.core.verdict import Verdict
from kaishu.doors.console import amounts, frame
from kaishu.doors.console.labels import label
from kaishu.doors.console.review import signals
from kaishu.editions import queries as editions

TONES = {"affected": "affected", "not_affected": "ok", "ask": "ask", "no_such_model": "info"}
# What a reviewer fills in beside the kind of decision.
TYPED = (
    *("kind", "reason", "order_amount", "amount", "serial", "product", "remedy"),
    "condition",
)
# What a browser may draw by itself; anything else is handed over as a file.
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})


@dataclass(frozen=True, slots=True)
class Typed:
    """What came back with a form that was not taken; shown again at its unit."""

    unit_no: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)
    tried: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to choose from: its short name, and the sentence that the owner will read."""

    code: str
    owner_reads: Sentence
    owner_tag: str
    you_read: Sentence | None


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the history."""

    at: datetime
    by: str
    what: str
    why: str = ""
    moved: tuple[str, ...] = ()


def unit_part(case: CaseView, unit: UnitView, typed: Typed, *, by: str = "") -> dict[str, Any]:
    """Return everything the template needs for one unit."""
    recall = frame.recall_of(unit.edition_id)
    said = typed.fields if typed.unit_no == unit.unit_no else {}
    product = recall.product(unit.product)
    remedy = recall.remedy(said.get("remedy") or unit.remedy)
    currency = amounts.currency_of(remedy.commodity) if remedy else ""
    currency = currency or recall.currency
    settled = settled_amount(unit)
    amount = amounts.read(said.get("order_amount", ""), currency) or settled
    partial = amounts.read(said.get("amount", ""), currency)
    return {
        "view": unit,
        "recall": recall,
        "product": product,
        "remedy": remedy,
        "tone": TONES.get(unit.verdict_answer, "info"),
        "verdict": sentence(unit.verdict_reason, language.tag(), unit.verdict_facts),
        "known": list(_known(unit, recall)),
        "edition": editions.edition(unit.edition_id),
        "party": frame.party_names([recall]).get(unit.party, unit.party),
        "offered": recall.remedies_for(unit.product) if product else recall.remedies,
        "asks_amount": remedy is not None and remedy.amount is AmountRule.ORDER,
        "amount": said.get("order_amount") or amounts.write(settled, currency),
        "shown": "" if amount is None else amount,
        "promise": promise_words(remedy, amount, unit.condition),
        "partial": words.quantity(partial, remedy.commodity) if partial and remedy else "",
        "partial_shown": partial or "",
        "may": may_decide(unit, by=by),
        "second_look": by != "" and second_look.decider(unit.decisions) == by,
        "said": said,
        "tried": _tried(typed, unit),
        "ask_reasons": reasons(case, "asked"),
        "refuse_reasons": reasons(case, "refused"),
        "alike": signals.others(unit),
        "odd": signals.odd(case, unit, recall, product),
        "due": signals.due_of(case, unit, recall, now=clock.now()),
    }


def blind_part(case: CaseView, unit: UnitView) -> dict[str, Any]:
    """Return what a second opinion may rest on: what was sent and checked, nothing since."""
    recall = frame.recall_of(unit.edition_id)
    product = recall.product(unit.product)
    return {
        "view": unit,
        "recall": recall,
        "product": product,
        "remedy": recall.remedy(unit.remedy),
        "verdict": sentence(unit.verdict_reason, language.tag(), unit.verdict_facts),
        "known": list(_known(unit, recall)),
        "edition": editions.edition(unit.edition_id),
        "odd": signals.odd(case, unit, recall, product),
    }


def settled_amount(unit: UnitView | UnitBrief) -> int | None:
    """Return the order amount as the newest decision has it, else as typed by the owner."""
    for decision in reversed(unit.decisions):
        found = decision.facts.get("order_amount")
        if isinstance(found, int):
            return found
    return unit.order_amount


def promise_words(remedy: Remedy | None, amount: int | None, condition: str) -> str:
    """Say what approving would promise; "" where it cannot be said yet."""
    if remedy is None:
        return ""
    try:
        awards = award(remedy, Purchase(amount=amount))
    except AmountMissing:
        return ""
    return " + ".join(
        words.quantity(
            item.quantity,
            kit_for(item.commodity, condition) if item.role == "kit" else item.commodity,
        )
        for item in awards
    )


def may_decide(unit: UnitView, *, by: str = "") -> frozenset[str]:
    """Name the decisions that may follow where the unit stands."""
    kinds = {
        kind
        for kind in REASONS
        if any(after(unit.standing, kind, reason) for reason in REASONS[kind])
    }
    left = any(p.role == "remedy" and p.account in ("sent", "paid") for p in unit.promises)
    if after(unit.standing, "approved", "checked") is None or unit.contested:
        kinds.discard("approved")
    if left:
        kinds -= {"reopened", "withdrawn", "remedy_changed"}
    if not unit.decisions or (by and second_look.decider(unit.decisions) == by):
        kinds.discard("reopened")
    return frozenset(kinds)


def reasons(case: CaseView, kind: str) -> list[Reason]:
    """Return the reasons of a decision with what the owner will read."""
    tag = language.tag()
    return [
        Reason(
            code,
            sentence(code, case.language),
            case.language,
            sentence(code, tag) if tag != case.language else None,
        )
        for code in REASONS[kind]
    ]


def history(case: CaseView, entries: list[Entry], names: Mapping[str, str]) -> list[Happened]:
    """Return decisions and entries in the order in which they happened."""
    lines = [
        Happened(
            decision.at,
            decision.by,
            label("decision", decision.kind),
            label("reason", decision.reason),
        )
        for unit in case.units
        for decision in unit.decisions
    ]
    lines += [
        Happened(
            entry.happened_at,
            entry.by,
            label("kind", entry.kind),
            label("reason", entry.reason) if entry.reason else "",
            _moved(entry, names),
        )
        for entry in entries
    ]
    return sorted(lines, key=lambda line: line.at)


def place(account: str, party: str, names: Mapping[str, str]) -> str:
    """Say a place of the unit books: the account, and who holds it there."""
    said = words.word(account)
    return f"{said} ({names.get(party, party)})" if party else said


def _moved(entry: Entry, names: Mapping[str, str]) -> tuple[str, ...]:
    units = [
        f"{place(m.source, m.source_party, names)} → {place(m.target, m.target_party, names)}"
        for m in entry.unit_moves.all()
    ]
    promises = [
        f"{words.quantity(m.quantity, m.commodity)}: "
        f"{words.word(m.source)} → {words.word(m.target)}"
        for m in entry.promise_moves.all()
    ]
    return (*units, *promises)


def _known(unit: UnitView, recall: Recall) -> Iterator[tuple[str, str]]:
    """Yield what else was said of the unit that its answer may rest on: title and words."""
    tag = language.tag()
    for name, code in TITLES.items():
        said = unit.verdict_facts.get(name, "")
        if not said:
            continue
        channel = recall.channel(said) if name == "channel" else None
        if channel is not None:
            said = say(channel.name, tag)
        elif name == "made_on":
            said = spoken_made(made_from(said), tag)
        elif name in ("label", "channel"):
            said = words.word(f"label.{said}" if name == "label" else said)
        yield sentence(f"{code}_label", tag).text, said


def _tried(typed: Typed, unit: UnitView) -> dict[str, Any] | None:
    if typed.tried is None or typed.unit_no != unit.unit_no:
        return None
    said = sentence(typed.tried.reason, language.tag(), typed.tried.facts)
    answer = str(typed.tried.answer)
    return {"answer": answer, "tone": TONES.get(answer, "info"), "said": said}


def recalls_of(case: CaseView) -> list[Recall]:
    """Return the recall in each edition that the case's units were judged by."""
    return [frame.recall_of(edition_id) for edition_id in {u.edition_id for u in case.units}]
