"""Lead one case to its goal, through the same actions that people use, one day after another."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from kaishu.claims import actions as claims
from kaishu.claims.facts import ClaimFacts, UnitFacts
from kaishu.claims.models import ClaimUnit
from kaishu.demo.lives import CN, Life
from kaishu.demo.owners import contact, photo
from kaishu.returns import actions as returns

SITES = {
    CN: ("depot-north", "recycler-xiang", "SF"),
    "": ("depot-east", "recycler-mori", "JP-POST"),
}


@dataclass
class Past:
    """What the cases so far used up, so that the next one gets its own serial."""

    now: datetime
    serials: dict[str, list[str]]
    used: list[str] = field(default_factory=list)
    containers: dict[str, int] = field(default_factory=dict)

    def serial(self, model: str) -> str:
        """Return the next listed serial of a model."""
        serial = self.serials[model].pop()
        self.used.append(serial)
        return serial


def serials_of(life: Life, past: Past) -> list[str]:
    """Return the serials of one case's units: the next ones, or the very one of the case before."""
    again = life.same_serial_as_before
    return [past.used[-1] if again else past.serial(model) for model, _ in life.units]


def live(life: Life, number: int, past: Past, serials: list[str]) -> None:
    """Submit a claim and go on with each of its units until the goal is reached."""
    filed_at = past.now - timedelta(days=life.days_ago, hours=number % 7)
    submitted = claims.submit_claim(
        facts=_facts(life, number, serials),
        key=f"demo-{number}",
        door="demo",
        by="owner",
        at=filed_at,
    )
    for unit in ClaimUnit.objects.filter(claim__case_no=submitted.case_no).order_by("unit_no"):
        _Way(life, submitted.case_no, unit, filed_at, past).go()


def photos(life: Life, number: int, serials: list[str]) -> list[tuple[str, str]]:
    """Name the photos that an owner sends: what each is of, and what can be read on it."""
    proof = [("proof", f"{20240000 + number}")] if life.recall == CN else []
    return [*proof, *(("serial_photo", serial) for serial in serials)]


def _facts(life: Life, number: int, serials: list[str]) -> ClaimFacts:
    chinese = life.recall == CN
    return ClaimFacts(
        recall=life.recall,
        language=life.language,
        contact=contact(life.language, number),
        evidence=(photo("proof", f"{20240000 + number}"),) if chinese else (),
        units=tuple(
            UnitFacts(
                model=model,
                serial=serial,
                colour="" if model != "A3130" else "blue",
                order_no=f"{20240000 + number}" if chinese else "",
                shop="JD" if chinese else "Amazon",
                order_amount=9900 + 100 * (number % 40) if chinese else None,
                condition=life.condition,
                remedy=remedy,
                evidence=(photo("serial_photo", serial),),
            )
            for (model, remedy), serial in zip(life.units, serials, strict=True)
        ),
    )


class _Way:
    """One unit's way; each step is a day or so after the one before, never in the future."""

    def __init__(
        self, life: Life, case_no: str, unit: ClaimUnit, filed_at: datetime, past: Past
    ) -> None:
        self.life, self.case_no, self.unit, self.past = life, case_no, unit, past
        self.at, self.decided = filed_at, 0
        self.depot, self.recycler, self.carrier = SITES.get(life.recall, SITES[""])

    def go(self) -> None:
        """Take the steps up to the goal."""
        goal = self.life.goal
        if goal == "filed" or self.unit.contested:
            return
        if goal in ("asked", "refused", "withdrawn"):
            self._end(goal)
            return
        for step in ("approved", "kit_sent", "posted", "arrived"):
            self._next_day()
            getattr(self, f"_{step}")()
            if goal == step:
                return
        if goal == "disposed":
            self._pack()

    def _end(self, goal: str) -> None:
        reasons = {
            "asked": "serial_photo_unclear",
            "refused": "proof_does_not_match",
            "withdrawn": "owner_withdrew",
        }
        self._next_day()
        self._decide(goal, reasons[goal])

    def _approved(self) -> None:
        self._decide("approved", "checked")

    def _kit_sent(self) -> None:
        returns.send_kit(
            claim_unit_id=self.unit.id,
            tracking=f"KIT{self.unit.id:08d}",
            by="mika",
            at=self.at,
            key=f"{self._key}-kit",
        )

    def _posted(self) -> None:
        returns.parcel_sent(carrier=self.carrier, **self._parcel("carrier"))

    def _arrived(self) -> None:
        if self.life.goal == "lost":
            returns.lose_parcel(**self._parcel("carrier"))
            return
        outcome = "wrong_item" if self.life.goal == "wrong_item" else "ok"
        returns.scan_parcel(site=self.depot, outcome=outcome, **self._parcel("sora"))

    def _pack(self) -> None:
        """Put the unit into the box of its depot; every fourth unit closes the box."""
        count = self.past.containers.get(self.depot, 0)
        self.past.containers[self.depot] = count + 1
        self.unit.refresh_from_db()
        assert self.unit.unit_id is not None
        container = returns.open_container(
            recall_id=self.unit.recall_id,
            number=f"{self.depot.upper()}-{count // 4 + 1:03d}",
            site=self.depot,
            recycler=self.recycler,
            by="sora",
            at=self.at,
        )
        returns.put_in_container(container_id=container.id, unit_id=self.unit.unit_id)
        if count % 4 == 3:
            self._next_day()
            returns.hand_over(container_id=container.id, by="sora", at=self.at)
            returns.certify(
                container_id=container.id,
                certificate_no=f"DEMO-{container.number}",
                issued_on=self.at.date(),
                by="mori",
                at=self.at,
            )

    def _decide(self, kind: str, reason: str) -> None:
        claims.decide(
            claim_unit_id=self.unit.id,
            kind=kind,
            reason=reason,
            by="mika",
            at=self.at,
            seen=self.decided or None,
        )
        self.decided += 1

    def _parcel(self, by: str) -> dict[str, Any]:
        return {
            "case_no": self.case_no,
            "unit_no": self.unit.unit_no,
            "by": by,
            "at": self.at,
            "key": f"{self._key}-{by}",
        }

    @property
    def _key(self) -> str:
        return f"{self.case_no}-{self.unit.unit_no}"

    def _next_day(self) -> None:
        self.at = min(self.at + timedelta(hours=20), self.past.now)
