"""Shops: what they answer by their own link, and the stock in their back rooms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kaishu.demo.simulator.depots import Depots
from kaishu.demo.simulator.engine import Differs
from kaishu.demo.simulator.facts import RECALLS, RECYCLER, SHOP
from kaishu.demo.simulator.things import Shop
from kaishu.returns import actions as returns
from kaishu.returns.trade import answers
from kaishu.returns.trade.models import TradeSite


class Shops(Depots):
    """Who has units that nobody bought yet, or sold them in spite of the notice."""

    def open_shops(self) -> None:
        """Let the shops' days begin."""
        rows = TradeSite.objects.order_by("id").values_list("recall_slug", "id", "party")
        self.truth.shops = tuple(Shop(*row) for row in rows)
        self.later(self.shop_day, most=3)
        self.later(self.answer_day, most=4)

    def answer_day(self) -> None:
        """One shop answers one thing, in no good order; some forms are sent twice."""
        shop, key = self.dice.choice(self.truth.shops), f"answer-{self.number()}"
        acts = (self._reads, self._counts, self._counts, self._scans, self._sells, self._completes)
        act = acts[0] if not shop.answers and self.chance(0.7) else self.dice.choice(acts)
        once = act(shop, key)
        for _ in range(1 + self.chance(0.15)):
            once()
        self.later(self.answer_day, days=1, most=6)

    def _reads(self, shop: Shop, key: str) -> Callable[[], object]:
        return lambda: self.do(
            f"reads {shop}",
            true=lambda: self.truth.reads(shop, key),
            real=lambda: answers.acknowledge(site_id=shop.site, name="Aoki", key=key, at=self.now),
        )

    def _counts(self, shop: Shop, key: str) -> Callable[[], object]:
        numbers = self._numbers((0, 3, 40, 110, 900))
        return lambda: self.do(
            f"counted {shop} {numbers}",
            true=lambda: self.truth.counts_stock(shop, numbers, key),
            real=lambda: answers.count(
                site_id=shop.site, quantities=numbers, name="Aoki", key=key, at=self.now
            ),
        )

    def _sells(self, shop: Shop, key: str) -> Callable[[], object]:
        numbers = self._numbers((0, 2, 15, 600))
        return lambda: self.do(
            f"sold {shop} {numbers}",
            true=lambda: self.truth.sells(shop, numbers, key),
            real=lambda: answers.sold_since(
                site_id=shop.site, quantities=numbers, name="Aoki", key=key, at=self.now
            ),
        )

    def _completes(self, shop: Shop, key: str) -> Callable[[], object]:
        return lambda: self.do(
            f"completes {shop}",
            true=lambda: self.truth.completes(shop, key),
            real=lambda: answers.complete(site_id=shop.site, name="", key=key, at=self.now),
        )

    def _scans(self, shop: Shop, key: str) -> Callable[[], object]:
        known = sorted(serial for slug, serial in self.truth.serials if slug == shop.recall)
        serials = [f"SN{self.dice.randrange(700, 1000):04d}"]
        serials += [self.dice.choice(known)] if known else []
        return lambda: self._scan_stock(shop, serials, key)

    def _scan_stock(self, shop: Shop, serials: list[str], key: str) -> None:
        done = self.do(
            f"shelf {shop} {serials}",
            true=lambda: self.truth.scans_stock(shop, serials, key),
            real=lambda: answers.scan(
                site_id=shop.site, model="M100", serials=serials, key=key, at=self.now
            ),
        )
        if done is not None and done.true != [line.code for line in done.real]:
            said = [line.code for line in done.real]
            raise Differs(self.seed, self.day, f"{shop} scans: true is {done.true}, got {said}")

    def _numbers(self, choices: tuple[int, ...]) -> dict[str, int]:
        return {model.code: self.dice.choice(choices) for model in RECALLS[0].models}

    def shop_day(self) -> None:
        """The shop puts stock aside and ships some of it; sometimes more than it has."""
        recall = self.dice.choice(RECALLS)
        model = self.dice.choice(recall.models).code
        quantity = self.dice.choice((1, 7, 25, 200))
        same: dict[str, Any] = {
            "recall_id": self.recalls[recall.slug],
            "product": model,
            "shop": SHOP,
        }
        who: dict[str, Any] = {"by": "shop", "at": self.now}
        self.do(
            f"quarantine {model} {quantity}",
            true=lambda: self.truth.quarantine(recall.slug, model, SHOP, quantity),
            real=lambda: returns.quarantine_stock(
                **same, **who, quantity=quantity, key=f"q-{self.number()}"
            ),
        )
        shipped = self.dice.choice((1, 5, 20, 100))
        self.do(
            f"ship {model} {shipped}",
            true=lambda: self.truth.ship(recall.slug, model, SHOP, RECYCLER, shipped),
            real=lambda: returns.ship_stock(
                **same, **who, recycler=RECYCLER, quantity=shipped, key=f"s-{self.number()}"
            ),
        )
        self.later(self.shop_day, days=5, most=20)
