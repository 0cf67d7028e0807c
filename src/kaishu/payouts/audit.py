"""Hold payouts against the books and against what providers reported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import F, Q

from kaishu.books.audit import CHUNK, Finding
from kaishu.books.models import Entry, Promise
from kaishu.core import accounts
from kaishu.payouts.batches import batch_digest, batch_totals
from kaishu.payouts.funds import overdrawn
from kaishu.payouts.models import (
    CALLING,
    LIVE,
    READY,
    RETURNED,
    SENT,
    SETTLED,
    UNKNOWN,
    VOID,
    Batch,
    Fund,
    Instruction,
    Pause,
    PayRule,
    ProviderEvent,
    Recovery,
    ResultAct,
)
from kaishu.payouts.pauses import left_counts, populations


def audit() -> Iterator[Finding]:
    """Yield every finding in payouts; nothing means that the books say the same."""
    promises = {promise.id: promise for promise in Promise.objects.filter(role="remedy")}
    carried: dict[int, list[str]] = defaultdict(list)
    for line in Instruction.objects.order_by("id").iterator(CHUNK):
        yield from _line(line, promises.get(line.promise_id))
        if account := _account(line):
            carried[line.promise_id].append(account)
    elsewhere = _paid_elsewhere()
    for promise in promises.values():
        if promise.id in elsewhere and promise.account == accounts.PAID:
            continue  # delivered by another system before the recall came here: no order of ours
        left = [promise.account] if promise.account in (accounts.SENT, accounts.PAID) else []
        if carried[promise.id] != left:
            yield Finding(
                "payout_differs",
                f"promise {promise.id} of case {promise.case_no}-{promise.unit_no}",
                f"it stands at {promise.account}, its orders at {carried[promise.id] or 'none'}",
            )
    yield from _entries()
    yield from _results()
    yield from _batches()
    yield from _one_remedy_each()
    yield from _population()
    yield from _funds()
    yield from _alone()


def _paid_elsewhere() -> frozenset[int]:
    """Return the promises that an import brought in as paid (claims.imports)."""
    settled = Entry.objects.filter(door="import", kind="payout.settled", reversed_by=None)
    return frozenset(settled.values_list("promise_moves__promise_id", flat=True))


def _account(line: Instruction) -> str:
    """Return where this order must have brought its promise, or "" where it moved nothing."""
    if line.state == SETTLED:
        return accounts.PAID
    begun = line.state == READY and line.sent_entry_id is not None
    return accounts.SENT if begun or line.state in (CALLING, UNKNOWN, SENT) else ""


def _line(line: Instruction, promise: Promise | None) -> Iterator[Finding]:
    names = ("recall_id", "case_no", "unit_no", "commodity", "quantity", "terms")
    ours = tuple(getattr(line, name) for name in names)
    owed = promise and tuple(getattr(promise, name) for name in names)
    if ours != owed:
        yield Finding("order_differs", f"order {line.key}", "it is not what was promised")


def _entries() -> Iterator[Finding]:
    moved = Entry.objects.filter(kind="payout.sent", reversed_by=None)
    for line in Instruction.objects.exclude(state=VOID).exclude(sent_entry_id=None):
        entry = moved.filter(id=line.sent_entry_id or 0, promise_moves__promise_id=line.promise_id)
        if not entry.exists():
            yield Finding(
                "order_unposted", f"order {line.key}", f"entry {line.sent_entry_id} does not say so"
            )


def _results() -> Iterator[Finding]:
    settled = ProviderEvent.objects.filter(kind="settled", matched=True).values("key")
    agreed = ResultAct.objects.filter(kind="settled", approver__isnull=False, withdrawn_at=None)
    ended = Instruction.objects.filter(state__in=(SETTLED, RETURNED))
    told = ended.exclude(key__in=settled).exclude(id__in=agreed.values("instruction_id"))
    for line in told.order_by("id")[:100]:
        yield Finding("settled_unreported", f"order {line.key}", "no provider reported it settled")


def _batches() -> Iterator[Finding]:
    for batch in Batch.objects.order_by("id"):
        lines = list(batch.instructions.order_by("id"))
        if (batch_digest(lines), batch_totals(lines)) != (batch.digest, batch.totals):
            yield Finding("batch_altered", f"batch {batch.id}", "not what was proposed")
    alone = Q(batch__approver=None) | Q(batch__approver=F("batch__maker"))
    sent = Instruction.objects.filter(alone).exclude(state__in=(READY, VOID))
    for line in sent.order_by("id")[:100]:
        yield Finding("sent_unapproved", f"order {line.key}", "no second person approved it")


def _one_remedy_each() -> Iterator[Finding]:
    """Look for what the triggers refuse: a claim unit with two remedies, a unit of two claims."""
    terms: dict[tuple[str, int], str] = {}
    holders: dict[tuple[int, int], tuple[str, int]] = {}
    alive = Instruction.objects.filter(state__in=LIVE).order_by("id")
    for line in alive.iterator(CHUNK):
        whose = (line.case_no, line.unit_no)
        if terms.setdefault(whose, line.terms) != line.terms:
            yield Finding("two_remedies", f"order {line.key}", "its claim unit has another remedy")
        unit = (line.recall_id, line.unit_id or 0)
        if line.unit_id and holders.setdefault(unit, whose) != whose:
            yield Finding("unit_paid_twice", f"order {line.key}", "another claim has this unit")


def _population() -> Iterator[Finding]:
    """Count what has left again, and hold it against the triggers' counter and the population."""
    left: dict[tuple[int, str], set[tuple[str, int]]] = defaultdict(set)
    rows = Instruction.objects.filter(state__in=(CALLING, UNKNOWN, SENT, SETTLED))
    for line in rows.iterator(CHUNK):
        left[line.recall_id, line.product].add((line.case_no, line.unit_no))
    kept = left_counts()
    declared = populations()
    for recall_id, product in sorted(left.keys() | kept.keys()):
        where, counted = f"recall {recall_id} {product}", len(left[recall_id, product])
        if counted != kept.get((recall_id, product), 0):
            yield Finding("left_miscounted", where, f"{counted} units have left")
        population = declared.get((recall_id, product))
        if population is not None and counted > population:
            yield Finding("paid_past_population", where, f"{counted} of {population} units")


def _funds() -> Iterator[Finding]:
    for each, missing in overdrawn():
        where = f"recall {each.recall_id} {each.commodity}"
        yield Finding("funds_overdrawn", where, f"{missing} more left than its funds covered")


def _alone() -> Iterator[Finding]:
    """Look for acts that one person did alone."""
    pairs = (
        (Fund, "maker", "approver"),
        (PayRule, "maker", "approver"),
        (ResultAct, "maker", "approver"),
        (Recovery, "maker", "approver"),
        (Pause, "resume_by", "ended_by"),
    )
    for model, first, second in pairs:
        for row in model._default_manager.filter(**{second: F(first)})[:100]:
            yield Finding("done_alone", f"{model.__name__} {row.pk}", "one person did both")
