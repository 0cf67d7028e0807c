"""What is true of money: what was ordered, and what the bank really did with it.

The bank keeps a file of its own. This model reads that file as the world outside, and says where
each promise must stand for it; it never asks the application.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kaishu.demo.simulator.things import HERE, Line, No, Owing
from kaishu.demo.simulator.vault import Vault

OWNERS_MATTER = ("account_unknown", "account_closed", "name_differs", "not_deliverable")
OVER = ("bounced", "returned", "void")


@dataclass(eq=False, slots=True)
class Slip:
    """One order: a promise in a batch. `state` is waiting, begun, paid, or one of `OVER`."""

    line: Line
    owing: Owing
    key: str = ""
    state: str = "waiting"
    reason: str = ""
    corrected: bool = False
    opened: bool = False
    voided: bool = False
    approved: bool = False

    @property
    def money(self) -> tuple[str, str]:
        """Name the funds that it is paid from."""
        return self.line.recall.slug, self.owing.commodity


@dataclass(eq=False, slots=True)
class Batch:
    """Orders that one person proposed and another approves."""

    maker: str
    slips: list[Slip]
    approved: bool = False
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """One line of the bank's report."""

    number: int
    order: str
    key: str
    kind: str
    reason: str
    amount: int


class Bank:
    """The bank's own file, read from outside."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def calls(self) -> set[str]:
        """Return the keys that the bank was ever asked about."""
        return {row[0] for row in self._rows("SELECT key FROM calls")}

    def reports(self, since: int) -> list[Report]:
        """Return what the bank has reported after a number."""
        rows = self._rows(
            "SELECT number, order_key, key, kind, reason, amount FROM reports"
            " WHERE number > ? ORDER BY number",
            since,
        )
        return [Report(*row) for row in rows]

    def orders(self) -> dict[str, tuple[str, int]]:
        """Return every order that was booked: its payee and amount, by key."""
        rows = self._rows("SELECT key, payee, amount FROM orders")
        return {key: (payee, amount) for key, payee, amount in rows}

    def _rows(self, text: str, *values: object) -> list[tuple[Any, ...]]:
        if not self.file.exists():
            return []
        with closing(sqlite3.connect(self.file)) as file:
            return file.execute(text, values).fetchall()


class Purse(Vault):
    """The truth with money."""

    slips: list[Slip]
    codes: dict[str, int]
    heard: int

    def open_purse(self, codes: dict[str, int]) -> None:
        """Begin with so many free codes of each shop credit."""
        self.slips, self.codes, self.heard = [], dict(codes), 0

    def due(self, line: Line, owing: Owing) -> bool:
        """Say whether a remedy may leave now."""
        if owing.role != "remedy" or owing.place != "owed" or line.standing != "approved":
            return False
        if line.forgotten:
            return False
        if any(self._waits_for_owner(slip) for slip in self.slips if slip.owing is owing):
            return False
        if line.recall.remedies[owing.terms].when == "approved":
            return True
        account = line.thing.place[0] if line.thing and not line.contested else ""
        return account in HERE or (account != "owner" and line.brought_in())

    def _waits_for_owner(self, slip: Slip) -> bool:
        back = slip.state in ("bounced", "returned")
        return back and slip.reason in OWNERS_MATTER and not slip.corrected

    def propose(self, maker: str, limit: int) -> Batch:
        """Put what is due and in no other batch into a batch, oldest promise first."""
        busy = {id(slip.owing) for slip in self.slips if slip.state not in OVER}
        owed = sorted(
            ((owing, line) for line in self for owing in line.owing if self.due(line, owing)),
            key=lambda pair: pair[0].number,
        )
        owed = [(owing, line) for owing, line in owed if line.recall.slug not in self.paused]
        chosen = [(owing, line) for owing, line in owed if id(owing) not in busy][:limit]
        slips = [Slip(line, owing) for owing, line in chosen if not self._rival(line)]
        if not slips:
            raise No("nothing_due")
        self.slips += slips
        return Batch(maker, slips)

    def _rival(self, line: Line) -> bool:
        """Say whether somebody has money under way for the same unit."""
        thing = None if line.contested else line.thing
        return thing is not None and any(
            slip.line is not line and slip.line.thing is thing and slip.state not in OVER
            for slip in self.slips
        )

    def approve(self, batch: Batch, by: str) -> None:
        """A second person approves."""
        if batch.maker == by:
            raise No("self_approval")
        if batch.approved or batch.withdrawn:
            raise No("batch_decided")
        if any(slip.line.recall.slug in self.paused for slip in batch.slips):
            raise No("payouts_paused")
        wanted: Counter[tuple[str, str]] = Counter()
        for slip in batch.slips:
            wanted[slip.money] += slip.owing.quantity
        if any(money in self.counted and self.free(*money) < n for money, n in wanted.items()):
            raise No("funds_short")
        batch.approved = True
        for slip in batch.slips:
            slip.approved = True

    def withdraw_batch(self, batch: Batch) -> None:
        """A batch is taken back: what was not begun is due again."""
        waiting = [slip for slip in batch.slips if slip.state == "waiting"]
        if batch.withdrawn or not waiting:
            raise No("batch_decided")
        batch.withdrawn = True
        for slip in waiting:
            slip.state = "void"

    def corrected(self, slip: Slip) -> None:
        """The owner's details are right now."""
        if not self._waits_for_owner(slip):
            raise No("nothing_to_correct")
        slip.corrected = True

    # ------------------------------------------------------------------- funds

    def free(self, recall: str, commodity: str) -> int:
        """Return what may still be approved: receipts, less what left and what is approved."""
        gone = sum(
            owing.quantity
            for line in self
            if line.recall.slug == recall
            for owing in line.owing
            if (owing.role, owing.commodity) == ("remedy", commodity)
            and owing.place in ("sent", "paid")
        )
        waits = [slip for slip in self.slips if slip.approved and slip.state == "waiting"]
        bound = sum(slip.owing.quantity for slip in waits if slip.money == (recall, commodity))
        return self.funds[recall, commodity] - gone - bound

    def receipt(self, recall: str, commodity: str, quantity: int, *, given_back: bool) -> None:
        """Two people agree to a receipt, or to giving back what is not needed."""
        if given_back and self.free(recall, commodity) < quantity:
            raise No("funds_short")
        self.funds[recall, commodity] += -quantity if given_back else quantity
        if not given_back:
            self.counted.add((recall, commodity))

    def _short(self) -> set[tuple[str, str]]:
        return {money for money in self.counted if self.free(*money) < 0}

    # ------------------------------------------------------------ a worker round

    def worker_ran(self, batches: list[Batch], bank: Bank) -> list[str]:
        """Follow one round of the worker; returns what it did that nobody allowed."""
        for slip in self.slips:
            self._code_news(slip)
        self._spare_news()
        reports, under_way = bank.reports(self.heard), self._under_way()
        before = self._short()
        self._news([report for report in reports if report.key in under_way])
        wrong = self._sent(batches, bank.calls(), before, self._short())
        self._news([report for report in reports if report.key not in under_way])
        self.heard = max([self.heard, *(report.number for report in reports)])
        return wrong

    def _under_way(self) -> set[str]:
        return {slip.key for slip in self.slips if slip.state in ("begun", "paid")}

    def _sent(
        self,
        batches: list[Batch],
        calls: set[str],
        before: set[tuple[str, str]],
        after: set[tuple[str, str]],
    ) -> list[str]:
        """Begin what must have left. `before` and `after` name the funds that were short before
        and after the news; where only one does, the bank's book tells which came first."""
        wrong = []
        ready = {id(slip) for b in batches if b.approved and not b.withdrawn for slip in b.slips}
        for slip in self.slips:
            called = slip.key in calls
            short = slip.money in before & after or (slip.money in before | after and not called)
            stays = slip.line.recall.slug in self.paused or short
            if slip.state == "waiting" and id(slip) in ready and not stays:
                self._begin(slip)
            if called and slip.state == "waiting":
                wrong.append(f"{slip.line}: {slip.key} was sent though nobody approved it")
            if called and slip.state == "void":
                wrong.append(f"{slip.line}: {slip.key} was sent though it is void or not due")
            bank = ":" not in slip.owing.commodity
            if bank and slip.state == "begun" and not called:
                wrong.append(f"{slip.line}: {slip.key} is due and approved, and was not sent")
        return wrong

    def _begin(self, slip: Slip) -> None:
        if not self.due(slip.line, slip.owing):
            slip.state = "void"
            return
        kind = slip.owing.commodity.partition(":")[0]
        if kind == "coupon":
            if not self.codes.get(slip.owing.commodity):
                return  # stays where it is until there are codes
            self.codes[slip.owing.commodity] -= 1
        if kind == "sku" and not self.reserve(slip.owing.commodity, slip.key):
            return  # stays until there is a unit that no recall means
        slip.state, slip.owing.place = "begun", "sent"

    def _code_news(self, slip: Slip) -> None:
        if slip.opened and slip.state == "begun":
            slip.state, slip.owing.place = "paid", "paid"
        if slip.voided and slip.state in ("begun", "paid"):
            slip.state = "returned" if slip.state == "paid" else "bounced"
            slip.owing.place = "owed"

    def _spare_news(self) -> None:
        """Hear of replacements what nobody has told yet: deliveries first, then what came back."""
        slips = {slip.key: slip for slip in self.slips}
        for spare in self.spares:
            if spare.delivered and spare.told < 1:
                spare.told = 1
                self.learn(slips[spare.key], "settled", "")
        for spare in self.spares:
            if spare.back and spare.told < 2:
                spare.told = 2
                kind = "returned" if spare.delivered else "bounced"
                self.learn(slips[spare.key], kind, spare.back)

    def _news(self, reports: list[Report]) -> None:
        slips = {slip.key: slip for slip in self.slips}
        for report in reports:
            slip = slips.get(report.key)
            if slip is not None and report.amount == slip.owing.quantity:
                self.learn(slip, report.kind, report.reason)

    def learn(self, slip: Slip, kind: str, reason: str) -> bool:
        """Take one piece of news; False where it does not fit what is known already."""
        if kind == "settled" and slip.state == "begun":
            slip.state, slip.owing.place = "paid", "paid"
        elif kind in ("bounced", "returned") and slip.state == "begun":
            slip.state, slip.owing.place, slip.reason = "bounced", "owed", reason
        elif kind == "returned" and slip.state == "paid":
            slip.state, slip.owing.place, slip.reason = "returned", "owed", reason
        else:
            return False
        return True

    def paid_in_money(self) -> dict[str, int]:
        """Return what reached owners by bank, by currency."""
        paid: dict[str, int] = {}
        for line in self:
            for owing in line.owing:
                if owing.place == "paid" and ":" not in owing.commodity:
                    paid[owing.commodity] = paid.get(owing.commodity, 0) + owing.quantity
        return paid
