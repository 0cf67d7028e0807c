"""Finance, the bank and the worker: batches, faults, pauses, what came back, what fits nothing."""

from __future__ import annotations

from typing import Any

from kaishu.demo.simulator.engine import Differs
from kaishu.demo.simulator.purse import Batch, Slip
from kaishu.demo.simulator.shops import Shops
from kaishu.demo.simulator.things import No
from kaishu.payouts import actions as payouts
from kaishu.payouts.models import Batch as BatchRow
from kaishu.payouts.models import Instruction, ProviderEvent
from kaishu.payouts.providers.simulated_bank import simulated_bank
from kaishu.payouts.providers.simulated_orders import FaultPlan
from kaishu.payouts.result_acts import unmatched
from kaishu.payouts.worker import run_once

MONEY = ("yuki", "ren")


class Finance(Shops):
    """Money leaves, arrives, and comes back."""

    batches: list[tuple[Batch, int]]
    paused_until: int
    rest: int

    def open_bank(self, codes: dict[str, int]) -> None:
        """Give the bank its mind, and let finance begin its weeks."""
        self.truth.open_purse(codes)
        self.batches, self.paused_until = [], 0
        self.rest = self.dice.choice((3, 7, 12))  # days between two rounds of the worker, at most
        share = self.dice.choice((0.0, 0.05, 0.15))
        names: tuple[str, ...] = (
            "lost_before",
            "lost_after",
            "bounce",
            "late_return",
            "late",
            "repeat",
        )
        rarer = ("wrong_amount", "unknown_key", "out_of_order")
        faults: dict[str, Any] = dict.fromkeys(names, share) | dict.fromkeys(rarer, share / 2)
        simulated_bank().plan(
            FaultPlan(
                seed=self.seed,
                other_cause=0.5,
                days_to_settle=self.dice.randrange(3),
                days_to_return=self.dice.randrange(1, 9),
                **faults,
            )
        )
        self.later(self.propose, days=2, most=6)
        self.later(self.work, days=1, most=3)
        self.later(self.look_at_unmatched, days=8, most=14)

    def propose(self) -> None:
        """Finance puts what is due into a batch."""
        maker, limit = self.dice.choice(MONEY), self.dice.choice((2, 8, 100))
        done = self.do(
            f"propose {limit}",
            true=lambda: self.truth.propose(maker, limit),
            real=lambda: payouts.propose_batch(by=maker, at=self.now, limit=limit),
        )
        if done is not None:
            batch, row = done
            self._keys(batch, row)
            self.batches.append((batch, row.id))
            self.later(lambda: self.approve(batch, row.id), most=2)
            if self.chance(0.1):
                self.later(lambda: self.withdraw_batch(batch, row.id), most=3)
        self.later(self.propose, days=2, most=6)

    def _keys(self, batch: Batch, row: BatchRow) -> None:
        """Hold the batch against what must be in it, and note the keys of its orders."""
        columns = ("case_no", "unit_no", "commodity", "quantity", "key")
        rows = Instruction.objects.filter(batch_id=row.id).order_by("id").values_list(*columns)
        found = [each[:4] for each in rows]
        wanted = [
            (slip.line.case, slip.line.no, slip.owing.commodity, slip.owing.quantity)
            for slip in batch.slips
        ]
        if found != wanted:
            raise Differs(self.seed, self.day, f"batch: true is {wanted}, got {found}")
        for slip, each in zip(batch.slips, rows, strict=True):
            slip.key = each[4]

    def approve(self, batch: Batch, number: int) -> None:
        """Somebody approves a batch; some try to approve their own."""
        by = self.dice.choice(MONEY) if self.chance(0.3) else ({*MONEY} - {batch.maker}).pop()
        done = self.do(
            f"approve-batch by {by}",
            true=lambda: self.truth.approve(batch, by),
            real=lambda: payouts.approve_batch(batch_id=number, by=by, at=self.now),
        )
        if not done and not batch.withdrawn and not batch.approved:
            self.later(lambda: self.approve(batch, number), most=2)

    def withdraw_batch(self, batch: Batch, number: int) -> None:
        """Finance takes a batch back."""
        self.do(
            "withdraw-batch",
            true=lambda: self.truth.withdraw_batch(batch),
            real=lambda: payouts.withdraw_batch(batch_id=number, by=batch.maker, at=self.now),
        )

    # ----------------------------------------------------------------- worker

    def work(self) -> None:
        """The worker runs each day, unless it stands still for some days."""
        if self.chance(0.04):
            self.paused_until = self.day + self.dice.randrange(2, 9)
        if self.day >= self.paused_until:
            self.run_worker()
            self._owners_react()
        self.later(self.work, days=1, most=self.rest)

    def run_worker(self) -> None:
        """Run the worker's round, and hear from the bank what became of it."""
        self.do("worker", true=lambda: None, real=lambda: run_once(at=self.now))
        batches = [batch for batch, _ in self.batches]
        for wrong in self.truth.worker_ran(batches, self.bank):
            raise Differs(self.seed, self.day, wrong)

    def _owners_react(self) -> None:
        for slip in list(self.truth.slips):
            if slip.state in ("bounced", "returned") and not slip.corrected and self.chance(0.2):
                self._correct(slip)
            coupon = slip.owing.commodity.startswith("coupon:")
            waits = slip.state == "begun" and not slip.opened and not slip.line.forgotten
            if coupon and waits and self.chance(0.3):
                payouts.show_code(case_no=slip.line.case, unit_no=slip.line.no, at=self.now)
                slip.opened = True

    def _correct(self, slip: Slip) -> None:
        row = Instruction.objects.get(key=slip.key)
        self.do(
            f"correct {slip.line}",
            true=lambda: self.truth.corrected(slip),
            real=lambda: payouts.note_corrected(instruction_id=row.id, by="yuki", at=self.now),
        )

    def look_at_unmatched(self) -> None:
        """Two people settle what the bank said and nobody could place."""
        for event in list(unmatched().order_by("id")[:5]):
            slip = next((each for each in self.truth.slips if each.key == event.key), None)
            if slip is None:
                self._settle_event(event, "dismiss", None)
            else:
                self._settle_event(event, "post", slip)
        self.later(self.look_at_unmatched, days=8, most=14)

    def _settle_event(self, event: ProviderEvent, act: str, slip: Slip | None) -> None:
        why = {"act": act, "why": "looked into it", "key": event.key, "kind": event.kind}
        proposed = payouts.propose_act(event_id=event.id, by="yuki", at=self.now, **why)

        def learn() -> None:
            if slip is not None and not self.truth.learn(slip, event.kind, event.reason):
                raise No("result_not_fitting")

        done = self.do(
            f"{act}-result {event.key}",
            true=learn,
            real=lambda: payouts.approve_act(act_id=proposed.id, by="ren", at=self.now),
        )
        if not done:
            payouts.withdraw_act(act_id=proposed.id, by="ren", at=self.now)
            self._settle_event(event, "dismiss", None)
