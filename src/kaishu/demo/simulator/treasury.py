"""Where money and goods come from: funds that run out, pauses, and a shelf of replacements."""

from __future__ import annotations

from kaishu.demo.simulator.facts import RECALLS, SPARE
from kaishu.demo.simulator.finance import MONEY, Finance
from kaishu.demo.simulator.purse import Slip
from kaishu.payouts import actions as payouts
from kaishu.payouts.money_models import GIVEN_BACK, RECEIVED

WENT_WRONG = ("not_deliverable", "not_accepted", "lost_on_the_way")


class Treasury(Finance):
    """Funds, pauses and the shelf."""

    receipts: tuple[int, ...] = (300, 4_000, 20_000)

    def open_treasury(self) -> None:
        """Let funds be counted in some stories, and fill the shelf for the first time."""
        if self.chance(0.7):
            self.later(self.fund_day, most=20)
        self.later(self.pause_day, days=4, most=30)
        self.later(self.shelf_day, most=4)
        self.later(self.pack_goods, days=2, most=6)

    # ------------------------------------------------------------------- funds

    def fund_day(self) -> None:
        """A receipt comes, or money goes back; sometimes twice, sometimes by one person alone."""
        recall = self.dice.choice(RECALLS)
        back = self.chance(0.2)
        quantity = self.dice.choice(self.receipts)
        number = f"D{self.number()}"
        for document in (number, *([number] if self.chance(0.2) else [])):
            self._receipt(recall.slug, recall.currency, quantity, document, back=back)
        self.later(self.fund_day, days=3, most=12)

    def _receipt(
        self, recall: str, commodity: str, quantity: int, document: str, *, back: bool
    ) -> None:
        maker, other = self.dice.sample(MONEY, 2)
        made = self.do(
            f"fund {recall} {quantity} {back}",
            true=lambda: self.truth.document(document),
            real=lambda: payouts.propose_fund(
                recall_id=self.recalls[recall],
                commodity=commodity,
                quantity=quantity,
                document=document,
                by=maker,
                at=self.now,
                kind=GIVEN_BACK if back else RECEIVED,
            ),
        )
        if made is not None:
            self.do(
                f"agree-fund {document}",
                true=lambda: self.truth.receipt(recall, commodity, quantity, given_back=back),
                real=lambda: payouts.approve_fund(fund_id=made.real.id, by=other, at=self.now),
            )

    # ------------------------------------------------------------------ pauses

    def pause_day(self) -> None:
        """Somebody has a doubt, and payouts stand still until two people say why they go on."""
        recall = self.dice.choice(RECALLS).slug
        for _ in range(1 + self.chance(0.2)):
            done = self.do(
                f"pause {recall}",
                true=lambda: self.truth.pause(recall),
                real=lambda: payouts.pause(
                    recall_id=self.recalls[recall], note="a doubt", by="yuki", at=self.now
                ),
            )
            if done is not None:
                self.later(self.resume, recall, done.real.id, days=1, most=9)
        self.later(self.pause_day, days=8, most=40)

    def resume(self, recall: str, number: int) -> None:
        """One asks to go on, another agrees; some try alone, or before anybody asked."""
        asks, agrees = self.dice.choice(MONEY), self.dice.choice(MONEY)
        if self.chance(0.8):
            self.do(
                f"ask-resume {recall}",
                true=lambda: self.truth.ask_resume(recall, asks),
                real=lambda: payouts.propose_resume(
                    pause_id=number, reason="looked into it", by=asks, at=self.now
                ),
            )
        done = self.do(
            f"resume {recall} by {agrees}",
            true=lambda: self.truth.resume(recall, agrees),
            real=lambda: payouts.agree_resume(pause_id=number, by=agrees, at=self.now),
        )
        if done is None:
            self.later(self.resume, recall, number, most=3)

    # ------------------------------------------------------------------- goods

    def shelf_day(self) -> None:
        """Replacements come in: some twice, some unreadable, some recalled themselves."""
        serials = [f"SN{self.dice.randrange(780, 1000):04d}" for _ in range(5)]
        serials += [serials[0], "no-good"] if self.chance(0.3) else []
        self.do(
            f"shelf {serials}",
            true=lambda: self.truth.receive(f"sku:{SPARE}", serials),
            real=lambda: payouts.receive_stock(
                commodity=f"sku:{SPARE}",
                serials=serials,
                document=f"N{self.number()}",
                by="sora",
                at=self.now,
            ),
        )
        self.later(self.shelf_day, days=6, most=20)

    def pack_goods(self) -> None:
        """Parcels leave, mostly with the unit that was reserved; carriers deliver or bring back."""
        for slip in self.truth.slips:
            if slip.owing.commodity.startswith("sku:") and slip.state in ("begun", "paid"):
                self._pack_one(slip)
        self.later(self.pack_goods, days=1, most=7)

    def _pack_one(self, slip: Slip) -> None:
        spare = next((each for each in self.truth.spares if each.key == slip.key), None)
        if spare is None or spare.back:
            return
        if not spare.left:
            self._dispatch(slip, spare.serial)
        elif not spare.delivered and self.chance(0.8):
            self.do(
                f"deliver {slip.line}",
                true=lambda: self.truth.deliver(slip.key),
                real=lambda: payouts.note_delivered(key=slip.key, at=self.now),
            )
        elif self.chance(0.2):
            reason = self.dice.choice(WENT_WRONG)
            self.do(
                f"goods-back {slip.line} {reason}",
                true=lambda: self.truth.bring_spare_back(slip.key, reason),
                real=lambda: payouts.note_back(key=slip.key, reason=reason, at=self.now),
            )

    def _dispatch(self, slip: Slip, serial: str) -> None:
        packed = serial
        if self.chance(0.25):
            packed = self.dice.choice([each.serial for each in self.truth.spares])
        self.do(
            f"dispatch {slip.line} {packed}",
            true=lambda: self.truth.dispatch(slip.key, packed),
            real=lambda: payouts.dispatch_goods(
                key=slip.key, serial=packed, tracking="T1", by="sora", at=self.now
            ),
        )
