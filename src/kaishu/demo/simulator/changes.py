"""What changes under everybody's feet: a second edition in the middle, owners who are forgotten."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from kaishu.claims.erasure import erase_person
from kaishu.demo.simulator.facts import RECALLS, widened
from kaishu.demo.simulator.letters import Letters
from kaishu.demo.simulator.scene import publish


class Changes(Letters):
    """A recall is widened; owners ask to be forgotten."""

    def open_changes(self) -> None:
        """Widen one recall in most stories, and let an owner go now and then."""
        if self.chance(0.7):
            self.later(self.widen, days=3, most=self.days * 0.6)
        self.later(self.forget, days=5, most=25)

    def widen(self) -> None:
        """Another hundred units are found, and the shop credit is raised."""
        wider = widened(self.dice.choice(RECALLS))
        self.do(
            f"widen {wider.slug}",
            true=lambda: self.truth.widen(wider),
            real=lambda: publish(wider, Path(settings.KAISHU_DATA_DIR), self.now),
        )

    def forget(self) -> None:
        """An owner asks us to forget them; once more finds nothing left to do."""
        line = self.some_line()
        for _ in range((1 + self.chance(0.3)) if line else 0):
            assert line is not None
            self.do(
                f"forget {line.case}",
                true=lambda: self.truth.forget(line.case),
                real=lambda: erase_person(case_no=line.case, by="mika", at=self.now),
            )
            self.never_again(line.address)
        self.later(self.forget, days=9, most=30)
