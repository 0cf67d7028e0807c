"""Second opinions in a simulated recall: given blind, by the wrong person, twice, and settled."""

from __future__ import annotations

import random

from kaishu.claims.models import SecondOpinion
from kaishu.claims.opinions import actions
from kaishu.demo.simulator.changes import Changes
from kaishu.demo.simulator.things import Line

PEOPLE = ("mika", "jun", "rei")
REASONS = {
    "approved": "checked",
    "refused": "proof_does_not_match",
    "asked": "proof_needed",
    "passed": "",
}


class Opinions(Changes):
    """What was drawn is judged again. With dice of its own, so that no other story changes."""

    def second_opinions(self) -> None:
        """Judge about half of what waits, and settle about half of what differs."""
        dice = random.Random(f"opinions {self.seed} {self.day}")  # noqa: S311 (a story, not a secret)
        for line in [each for each in self.truth if each.drawn is not None]:
            if dice.random() < 0.5:
                self._opine(line, dice.choice(PEOPLE), dice.choice(tuple(REASONS)))
            if dice.random() < 0.5:
                self._settle(line, dice.choice((*PEOPLE, "hana")))

    def run_worker(self) -> None:
        """Run the worker's round; the desk works beside it."""
        super().run_worker()
        self.second_opinions()

    def _opine(self, line: Line, by: str, answer: str) -> None:
        self.do(
            f"opine {line} {answer} by {by}",
            true=lambda: self.truth.opine(line, by, answer),
            real=lambda: actions.answer(
                opinion_id=self._opinion_id(line),
                answer=answer,
                reason=REASONS[answer],
                by=by,
                at=self.now,
            ),
        )

    def _settle(self, line: Line, by: str) -> None:
        self.do(
            f"settle {line} by {by}",
            true=lambda: self.truth.settle_opinion(line, by),
            real=lambda: actions.settle(
                opinion_id=self._opinion_id(line), outcome="both", by=by, at=self.now
            ),
        )

    def _opinion_id(self, line: Line) -> int:
        return SecondOpinion.objects.get(claim_unit_id=self.unit_id(line)).id
