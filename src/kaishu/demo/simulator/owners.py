"""Owners, honest ones and others, and the reviewers who read what they send."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kaishu.claims import actions as claims
from kaishu.claims.facts import ClaimFacts, UnitFacts
from kaishu.demo.simulator.engine import Differs, Engine
from kaishu.demo.simulator.facts import RECALLS, RecallFacts
from kaishu.demo.simulator.things import Line
from kaishu.incidents import actions as incidents
from kaishu.people.contact import Contact

REVIEWERS = ("mika", "jun")
CONDITIONS = ("intact",) * 9 + ("swollen", "hot", "leaking", "wet", "unknown")


class Owners(Engine):
    """Claims come in, and people judge them."""

    def claims_come_in(self, count: int) -> None:
        """Spread the owners over the days: many at the start, fewer later."""
        for _ in range(count):
            days = self.days * 0.8 * self.dice.random() ** 1.7
            self.later(self.file, days=days)

    def file(self) -> None:
        """An owner files a claim for one or two units."""
        recall = self.some_recall()
        units = [self._unit(recall) for _ in range(1 + self.chance(0.15))]
        key, number = f"form-{self.number()}", self.number()
        lines = self._submit(recall, key, number, units)
        if self.chance(0.12):
            self.later(lambda: self._submit(recall, key, number, units), most=0.1)
        if self.chance(0.08):
            other = [*units[:-1], {**units[-1], "order_amount": 1}]
            self.later(lambda: self._submit(recall, key, number, other), most=3)
        for line in lines:
            self.later(self.review, line, days=0.1, most=4)
            if self.chance(0.05):
                self.later(self.withdraw, line, days=1, most=20)

    def guess(self) -> None:
        """A bot tries serials, as fast as it can."""
        recall = self.some_recall()
        for _ in range(self.dice.randrange(1, 4)):
            serial = f"SN{self.dice.randrange(10000):04d}"
            unit = {**self._unit(recall), "model": "M100", "serial": serial}
            lines = self._submit(recall, f"bot-{self.number()}", self.number(), [unit])
            for line in lines:
                self.later(self.review, line, days=0.1, most=2)
        self.later(self.guess, days=2, most=12)

    def report(self) -> None:
        """Somebody reports that a unit got hot; nothing moves in the books."""
        line = self.some_line()
        recall = self.some_recall()
        self.do(
            "incident",
            true=lambda: None,
            real=lambda: incidents.report(
                key=f"report-{self.number()}",
                recall_slug=recall.slug,
                market=recall.market,
                product="M100",
                kind=self.dice.choice(CONDITIONS),
                door="public",
                by="",
                at=self.now,
                case_no=line.case if line and line.recall.slug == recall.slug else "",
                injured=self.chance(0.3),
                happened_at=self.now - timedelta(days=1),
                language=recall.language,
            ),
        )
        self.later(self.report, days=3, most=20)

    def some_recall(self) -> RecallFacts:
        """Return one of the recalls as it answers today."""
        return self.truth.recalls[self.dice.choice(RECALLS).slug]

    def _unit(self, recall: RecallFacts) -> dict[str, Any]:
        model, serial = "M100", f"SN{self.dice.randrange(1, 801):04d}"
        roll = self.dice.random()
        if roll < 0.12:
            taken = [key[1] for key in self.truth.serials if key[0] == recall.slug]
            serial = self.dice.choice(sorted(taken)) if taken else serial
        elif roll < 0.18:
            serial = f"SN{self.dice.randrange(801, self.dice.choice((1000, 10000))):04d}"
        elif roll < 0.24:
            serial = ""
        elif roll < 0.30:
            model, serial = "L200", self.dice.choice(("LA1", "LA5", "LA9", ""))
        return {
            "model": model,
            "serial": serial,
            "remedy": self.dice.choice(tuple(recall.remedies)),
            "order_amount": self.dice.choice((1980, 3990, 5490, None)),
            "condition": self.dice.choice(CONDITIONS),
        }

    def _submit(
        self, recall: RecallFacts, key: str, number: int, units: list[dict[str, Any]]
    ) -> list[Line]:
        """File a form for real; the truth follows with the case number that it was given."""
        facts = ClaimFacts(
            recall=recall.slug,
            language=recall.language,
            contact=Contact(name=f"Owner {number}", email=f"o{number}@example.com", phone="0901"),
            units=tuple(UnitFacts(**unit) for unit in units),
        )
        done = self.do(
            f"claim {key}",
            true=lambda: self.truth.form(key, repr(units)) or "",
            real=lambda: claims.submit_claim(
                facts=facts, key=key, door="public", by="", at=self.now
            ),
        )
        if done is None:
            return []
        known, given = done
        if given.repeated != bool(known) or (known and known != given.case_no):
            raise Differs(self.seed, self.day, f"claim {key}: sent twice, but not one claim")
        if known:
            return []
        lines = [
            Line(
                recall=recall,
                case=given.case_no,
                no=no,
                model=str(unit["model"]),
                serial=str(unit["serial"]),
                remedy=str(unit["remedy"]),
                amount=unit["order_amount"],
                condition=str(unit["condition"]),
                address=str(facts.contact.email),
            )
            for no, unit in enumerate(units, 1)
        ]
        self.truth.claim(key, repr(units), lines)
        return lines

    # -------------------------------------------------------------- reviewers

    def decide(
        self, line: Line, kind: str, reason: str, by: str = "", *, seen: int | None = None,
        **facts: Any,
    ) -> bool:  # fmt: skip
        """Decide about one unit; True where it was done."""
        by = by or self.dice.choice(REVIEWERS)
        read = len(line.acts) if seen is None else seen
        done = self.do(
            f"{kind} {line} by {by}",
            true=lambda: self.truth.decide(line, kind, reason, by, seen=read, **facts),
            real=lambda: claims.decide(
                claim_unit_id=self.unit_id(line),
                kind=kind,
                reason=reason,
                by=by,
                at=self.now,
                seen=read or None,
                **facts,
            ),
        )
        if done and self.chance(0.05):
            self.decide(line, kind, reason, by, seen=read, **facts)
        return done is not None

    def review(self, line: Line) -> None:
        """A reviewer reads a claim: mostly rightly, sometimes too late, too kindly or twice."""
        if self.chance(0.05) and line.acts:
            self.decide(line, "approved", "checked", seen=len(line.acts) - 1)
        if line.standing not in ("open", "asked"):
            return
        if line.contested:
            self._contest(line)
        elif not line.serial and self.chance(0.6):
            self._ask(line)
        elif line.thing is None and line.serial and self.chance(0.7):
            self.decide(line, "refused", "serial_not_in_recall")
            if self.chance(0.3):
                self.later(lambda: self.object(line), days=1, most=6)
        else:
            self._approve(line)

    def _approve(self, line: Line) -> None:
        facts: dict[str, Any] = {}
        if line.amount is None and line.remedy != "swap" and self.chance(0.8):
            facts["order_amount"] = 2980
        reason = "checked"
        if self.chance(0.05):
            reason, facts["amount"] = "partial", self.dice.choice((500, 10**7))
        if self.decide(line, "approved", reason, **facts):
            self.approved(line)
        elif self.chance(0.7):
            self.later(lambda: self.review(line), days=1, most=5)

    def approved(self, line: Line) -> None:
        """Say what follows an approval; depots and carriers add to it."""
        if self.chance(0.08):
            self.later(lambda: self.change_remedy(line), most=8)
        if self.chance(0.06):
            self.later(lambda: self.reopen(line), days=1, most=30)

    def _contest(self, line: Line) -> None:
        roll = self.dice.random()
        if roll < 0.3:
            self.decide(line, "approved", "checked")
        elif roll < 0.6:
            self.decide(line, "refused", "contested_other_owner")
        else:
            by, seen = self.dice.choice(REVIEWERS), len(line.acts)
            done = self.do(
                f"holder {line}",
                true=lambda: self.truth.change_holder(line, by, seen=seen),
                real=lambda: claims.hand_over_holder(
                    claim_unit_id=self.unit_id(line), by=by, at=self.now, seen=seen or None
                ),
            )
            if done:
                self.later(lambda: self.review(line), most=3)

    def _ask(self, line: Line) -> None:
        self.decide(line, "asked", "serial_needed")
        self.later(lambda: self.answer(line), days=1, most=9)

    def answer(self, line: Line) -> None:
        """The owner sends a photo, and a reviewer reads the serial from it."""
        self.decide(line, "answered", "owner_answered", "owner")
        if line.model == "M100" and self.chance(0.7):
            serial = f"SN{self.dice.randrange(1, 801):04d}"
            facts: dict[str, Any] = {"serial": serial, "order_amount": 1500}
            if self.decide(line, "approved", "checked", **facts):
                self.approved(line)
        else:
            self.later(lambda: self.review(line), most=2)

    def object(self, line: Line) -> None:
        """An owner does not accept a no; somebody else must look."""
        if self.decide(line, "reopened", "owner_contests"):
            self.later(lambda: self.review(line), most=4)

    def reopen(self, line: Line) -> None:
        """A mistake of ours is seen."""
        if self.decide(line, "reopened", "our_mistake"):
            self.later(lambda: self.review(line), most=4)

    def change_remedy(self, line: Line) -> None:
        """An owner would rather have something else."""
        remedy = self.dice.choice((*line.recall.remedies, "castle"))
        self.decide(line, "remedy_changed", "owner_asked", remedy=remedy)

    def withdraw(self, line: Line) -> None:
        """An owner does not want to go on."""
        self.decide(line, "withdrawn", "owner_withdrew", "owner")
