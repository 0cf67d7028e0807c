"""Funds of a recall: what was made available, what is promised, sent and paid, what is left.

available = approved receipts - given back - sent - paid (sent and paid from the books)
free      = available - what lies in approved batches and has not left yet

A sum is always a sum: no running total is kept. Goods are limited by their stock instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, Min, OuterRef, QuerySet, Sum

from kaishu.books.locks import hold
from kaishu.books.models import Entry, Promise
from kaishu.core.accounts import OWED, PAID, SENT
from kaishu.payouts.errors import (
    ActDecided,
    ActNotFound,
    FundKnown,
    FundsShort,
    FundWrong,
    SelfApproval,
)
from kaishu.payouts.models import LIVE, READY, Fund, Instruction
from kaishu.payouts.money_models import GIVEN_BACK, RECEIVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One recall's money in one commodity, in minor units. `tracked` = its funds are counted."""

    recall_id: int
    commodity: str
    tracked: bool
    funded: int
    owed: int
    sent: int
    paid: int
    committed: int

    @property
    def promised(self) -> int:
        """Return all that was promised and not taken back."""
        return self.owed + self.sent + self.paid

    @property
    def available(self) -> int:
        """Return what the receipts leave after what was sent and paid."""
        return self.funded - self.sent - self.paid

    @property
    def free(self) -> int:
        """Return what may still be approved."""
        return self.available - self.committed

    @property
    def short(self) -> bool:
        """Say whether what is approved is more than what is there."""
        return self.tracked and self.free < 0


def lock(recall_id: int, commodity: str) -> None:
    """Let one act at a time reckon with these funds."""
    hold({f"funds {recall_id} {commodity}"})


def figures(*, recall_id: int | None = None, commodity: str = "") -> list[Figures]:
    """Return the money of every recall and commodity that has any; kits and goods are not money."""
    asked: dict[str, Any] = {"recall_id": recall_id, "commodity": commodity}
    wanted = {name: value for name, value in asked.items() if value not in (None, "")}
    promises = Promise.objects.filter(role="remedy", account__in=(OWED, SENT, PAID), **wanted)
    funds = _approved().filter(**wanted)
    waiting = Instruction.objects.filter(
        state=READY,
        sent_entry_id=None,
        batch__approver__isnull=False,
        batch__withdrawn_at=None,
        **wanted,
    )
    stands: dict[tuple[int, str], dict[str, int]] = {}
    for recall, name, account, total in (
        promises.order_by()
        .values_list("recall_id", "commodity", "account")
        .annotate(total=Sum("quantity"))
    ):
        stands.setdefault((recall, name), {})[account] = total
    for recall, name, kind, total in funds.values_list("recall_id", "commodity", "kind").annotate(
        total=Sum("quantity")
    ):
        stands.setdefault((recall, name), {})[kind] = total
    for recall, name, total in (
        waiting.order_by().values_list("recall_id", "commodity").annotate(total=Sum("quantity"))
    ):
        stands.setdefault((recall, name), {})["committed"] = total
    return [
        _figures(whose, found) for whose, found in sorted(stands.items()) if _is_money(whose[1])
    ]


def overdrawn() -> list[tuple[Figures, int]]:
    """Return funds out of which money left that they did not cover, and how much.

    What had left before the first receipt was agreed to was not counted then, and is no fault:
    such funds stand below nothing until receipts cover it, and nothing may leave meanwhile.
    """
    found = []
    for each in figures():
        if each.tracked and each.available < 0:
            after = _left_while_counted(each.recall_id, each.commodity)
            before = each.sent + each.paid - after
            covered = max(0, each.funded - before)
            if after > covered:
                found.append((each, after - covered))
    return found


def _left_while_counted(recall_id: int, commodity: str) -> int:
    whose = {"recall_id": recall_id, "commodity": commodity}
    orders = Instruction.objects.filter(state__in=LIVE, sent_entry_id__isnull=False, **whose)
    first = _approved().filter(kind=RECEIVED, **whose).aggregate(at=Min("approved_at"))["at"]
    if first is not None and not settings.KAISHU_FUNDS_REQUIRED:
        counted = Entry.objects.filter(id=OuterRef("sent_entry_id"), recorded_at__gt=first)
        orders = orders.filter(Exists(counted))
    return orders.aggregate(total=Sum("quantity"))["total"] or 0


def figure(*, recall_id: int, commodity: str) -> Figures:
    """Return the money of one recall in one commodity."""
    found = figures(recall_id=recall_id, commodity=commodity)
    return found[0] if found else _figures((recall_id, commodity), {})


def check_covered(*, recall_id: int, commodity: str, wanted: int) -> None:
    """Raise FundsShort where counted funds do not cover so much more."""
    lock(recall_id, commodity)
    stands = figure(recall_id=recall_id, commodity=commodity)
    if _is_money(commodity) and stands.tracked and stands.free < wanted:
        raise FundsShort(free=stands.free, wanted=wanted, commodity=commodity)


def propose_fund(
    *,
    recall_id: int,
    commodity: str,
    quantity: int,
    document: str,
    by: str,
    at: datetime,
    kind: str = RECEIVED,
) -> Fund:
    """Enter a receipt, or what is given back; it counts once another person agrees.

    Raises FundWrong, FundKnown.
    """
    document = document.strip()
    if quantity < 1 or not document or len(document) > 80 or not _is_money(commodity):
        raise FundWrong(commodity=commodity)
    if kind not in (RECEIVED, GIVEN_BACK):
        raise FundWrong(commodity=commodity)
    try:
        with transaction.atomic():
            return Fund.objects.create(
                recall_id=recall_id,
                commodity=commodity,
                kind=kind,
                quantity=quantity,
                document=document,
                maker=by,
                made_at=at,
            )
    except IntegrityError as known:
        raise FundKnown(document=document) from known


def approve_fund(*, fund_id: int, by: str, at: datetime) -> Fund:
    """Agree to a receipt that somebody else entered.

    Raises SelfApproval, ActDecided, ActNotFound, and FundsShort where giving back would leave
    less than is needed.
    """
    with transaction.atomic():
        row = Fund.objects.filter(id=fund_id).first()
        if row is None:
            raise ActNotFound(number=fund_id)
        if row.maker == by:
            raise SelfApproval(number=fund_id)
        lock(row.recall_id, row.commodity)
        if row.kind == GIVEN_BACK:
            stands = figure(recall_id=row.recall_id, commodity=row.commodity)
            if stands.free < row.quantity:
                raise FundsShort(free=stands.free, wanted=row.quantity, commodity=row.commodity)
        # proposed -> counted, only while nobody decided
        open_one = Fund.objects.filter(id=fund_id, approver=None, withdrawn_at=None)
        if not open_one.update(approver=by, approved_at=at):
            raise ActDecided(number=fund_id)
        return Fund.objects.get(id=fund_id)


def withdraw_fund(*, fund_id: int, by: str, at: datetime) -> None:
    """Take back a receipt that nobody agreed to yet. Raises ActDecided."""
    open_one = Fund.objects.filter(id=fund_id, approver=None, withdrawn_at=None)
    if not open_one.update(withdrawn_by=by, withdrawn_at=at):
        raise ActDecided(number=fund_id)


def _approved() -> QuerySet[Fund]:
    return Fund.objects.filter(approver__isnull=False, withdrawn_at=None).order_by()


def _figures(whose: tuple[int, str], found: dict[str, int]) -> Figures:
    return Figures(
        recall_id=whose[0],
        commodity=whose[1],
        tracked=settings.KAISHU_FUNDS_REQUIRED or RECEIVED in found,
        funded=found.get(RECEIVED, 0) - found.get(GIVEN_BACK, 0),
        owed=found.get(OWED, 0),
        sent=found.get(SENT, 0),
        paid=found.get(PAID, 0),
        committed=found.get("committed", 0),
    )


def _is_money(commodity: str) -> bool:
    word, _, name = commodity.partition(":")
    return (len(word) == 3 and word.isupper()) if not name else word == "coupon"
