"""Play one seed from the first claim to the last payment, and say what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from kaishu.demo.simulator.engine import Differs
from kaishu.demo.simulator.facts import RECALLS
from kaishu.demo.simulator.opinions import Opinions
from kaishu.demo.simulator.rooms import Template, repeatable
from kaishu.demo.simulator.scene import CODES

# Writing mails takes longer than all else, so every fifth seed has them.
WITH_MAIL = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one seed came to. `trace` is the same for the same seed; `differs` is empty if all
    ties out."""

    seed: int
    days: int
    acts: int
    refused: int
    units: int
    promises: int
    trace: str
    differs: str = ""
    day: int = 0


class Play(Opinions):
    """Everybody on one stage."""

    def begin(self, cases: int) -> None:
        """Put the first acts of everybody on the agenda."""
        for recall in RECALLS:
            for model in recall.models:
                sold = model.units - model.unsold
                self.truth.shift(
                    recall.slug, model.code, "consumer", ("declared", ""), ("at_large", ""), sold
                )
                self.truth.shift(
                    recall.slug,
                    model.code,
                    "retailer",
                    ("declared", ""),
                    ("unsold", "shop-minato"),
                    model.unsold,
                )
        self.open_bank({f"coupon:{recall.currency}": CODES for recall in RECALLS})
        self.open_depots()
        self.open_shops()
        self.open_treasury()
        self.open_changes()
        self.claims_come_in(cases)
        self.later(self.guess, days=2, most=12)
        self.later(self.report, days=3, most=20)
        if self.seed % WITH_MAIL == 0:
            self.open_post()

    def finish(self) -> None:
        """Let the worker catch up, and hold everything against the truth once more."""
        for _ in range(3):
            self.now += timedelta(days=12)
            self.run_worker()
        self.end_post()
        self.compare(whole=True)


def play(*, seed: int, days: int, cases: int, template: Template) -> Outcome:
    """Play one seed on a fresh copy of the template; never raises for a difference."""
    template.fork()
    with repeatable(seed):
        game = Play(seed=seed, days=days, recalls=template.recalls)
        differs, day = "", 0
        try:
            game.begin(cases)
            game.run()
            game.finish()
        except Differs as found:
            differs, day = found.what, found.day
    return Outcome(
        seed=seed,
        days=days,
        acts=sum(game.done.values()),
        refused=sum(game.refused.values()),
        units=len(game.truth.things),
        promises=game.truth.promised,
        trace=game.hash.hexdigest(),
        differs=differs,
        day=day,
    )
