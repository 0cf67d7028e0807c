"""What is true of shops: what they answered, and what follows. Plain Python, like `truth`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kaishu.demo.simulator.things import No, Shop
from kaishu.demo.simulator.yard import Yard

Numbers = Mapping[str, int]


class Stores(Yard):
    """The truth with shops that answer for themselves."""

    shops: tuple[Shop, ...] = ()

    def reached(self, shop: Shop) -> str:
        """Say how far a shop is."""
        if shop.said("completed"):
            return "completed"
        if shop.said("counted", "none_here"):
            return "counted"
        return "acknowledged" if shop.said("acknowledged") else "not_sent"

    def reads(self, shop: Shop, key: str) -> None:
        """Somebody at the shop reads the notice."""
        shop.answers.setdefault((key, "acknowledged", ""), 0)

    def counts_stock(self, shop: Shop, quantities: Numbers, key: str) -> None:
        """A shop puts units aside: first those we knew of there, then some we took for sold.

        More than were ever sold is no reason to refuse: then the population was understated.
        """
        fresh = self._fresh(shop, "counted", quantities, key)
        if not any(quantities.values()):
            shop.answers.setdefault((key, "none_here", ""), 0)
        room = ("depot", shop.party)
        for model, n in fresh.items():
            known = min(n, self._shelf(shop, model))
            shop.answers[key, "counted", model] = n
            self.shift(shop.recall, model, "retailer", ("unsold", shop.party), room, known)
            self.shift(shop.recall, model, "consumer", ("at_large", ""), room, n - known)

    def sells(self, shop: Shop, quantities: Numbers, key: str) -> None:
        """A shop says what it sold after the stop; what we never knew there was sold already."""
        for model, n in self._fresh(shop, "sold_since", quantities, key).items():
            known = min(n, self._shelf(shop, model))
            shop.answers[key, "sold_since", model] = n
            source, target = ("unsold", shop.party), ("at_large", "")
            self.shift(shop.recall, model, "retailer", source, target, known)

    def completes(self, shop: Shop, key: str) -> None:
        """A shop says that nothing is for sale any more."""
        self._read(shop)
        if self.reached(shop) == "acknowledged":
            raise No("trade_not_counted")
        shop.answers.setdefault((key, "completed", ""), 0)

    def scans_stock(self, shop: Shop, serials: Sequence[str], key: str) -> list[str]:
        """A shop scans units of the named model; returns what must be said of each."""
        self._read(shop)
        return [self._scan_at(shop, serial, key) for serial in serials]

    def _scan_at(self, shop: Shop, serial: str, key: str) -> str:
        recall = self.recalls[shop.recall]
        model = next(each.code for each in recall.models if each.named)
        if not recall.lists(model, serial):
            return "not_affected"
        thing, room = self.serials.get((shop.recall, serial)), ("depot", shop.party)
        if thing is not None and thing.place == room:
            others = [each for each in self.shops if serial in each.serials]
            same = [each for each in others if each.recall == shop.recall]
            return "other_shop" if same and shop not in same else "here_already"
        if thing is not None and thing.place[0] not in ("unsold", "at_large"):
            return "claimed" if thing.place[0] == "owner" else "elsewhere"
        if thing is None:
            thing = self.name(shop.recall, model, serial=serial)
            if self._shelf(shop, model) > 0:
                thing.pool, thing.place = "retailer", ("unsold", shop.party)
        shop.answers[f"{key}:{serial}", "counted", model] = 1
        shop.serials.add(serial)
        self.go(thing, *room)
        return "put_aside"

    def _shelf(self, shop: Shop, model: str) -> int:
        return max(0, self.unnamed(shop.recall, model, "retailer", ("unsold", shop.party)))

    def _read(self, shop: Shop) -> None:
        if not shop.said("acknowledged"):
            raise No("trade_not_read")

    def _fresh(self, shop: Shop, step: str, quantities: Numbers, key: str) -> dict[str, int]:
        """Return what this form says for the first time; refuse more than were ever made."""
        self._read(shop)
        for model in self.recalls[shop.recall].models:
            n = shop.total(step, model.code, but=key) + quantities.get(model.code, 0)
            if n > model.units:
                raise No("trade_count_too_high")
        return {m: n for m, n in quantities.items() if n and (key, step, m) not in shop.answers}
