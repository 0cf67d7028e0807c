"""What a door hands to `submit_claim`: everything the owner said, as they said it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from kaishu.claims.errors import ClaimIncomplete, ClaimTooLong
from kaishu.core.dates import Made
from kaishu.core.recall import LANGUAGES
from kaishu.core.triage import Condition, triage
from kaishu.people.contact import Contact

# What the owner says of the unit's state. The dangerous ones are read first.
CONDITIONS = tuple(condition.value for condition in Condition)
DANGEROUS = frozenset(word for word in CONDITIONS if triage(word).dangerous)
EVIDENCE_KINDS = ("serial_photo", "proof", "unit_photo", "other")

MOST_UNITS = 20
LONGEST = 200
MOST_MONEY = 10**12
_SAID = ("market", "channel", "variant", "batch", "label")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRef:
    """A file already checked and stored by the door: `name` is its place in storage."""

    kind: str
    name: str
    sha256: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFacts:
    """One unit of a claim, as typed. `order_amount` in minor units; `remedy` is a remedy code.

    The facts from `market` on are what the check asks for (`core.answer.Inspection`).
    """

    model: str
    serial: str = ""
    colour: str = ""
    order_no: str = ""
    shop: str = ""
    bought_on: date | None = None
    order_amount: int | None = None
    condition: str = Condition.INTACT.value
    remedy: str = ""
    evidence: tuple[EvidenceRef, ...] = ()
    market: str = ""
    channel: str = ""
    variant: str = ""
    batch: str = ""
    made_on: Made | None = None
    label: str = ""

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield the typed texts with their field names."""
        for name in (*("model", "serial", "colour", "order_no", "shop", "remedy"), *_SAID):
            yield name, getattr(self, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFacts:
    """One person's claim in one recall. `evidence` here belongs to the claim as a whole.

    `consent` is the version of the text that the owner agreed to; empty on doors without one.
    """

    recall: str
    language: str
    contact: Contact
    units: tuple[UnitFacts, ...]
    evidence: tuple[EvidenceRef, ...] = ()
    consent: str = ""

    def request(self) -> dict[str, Any]:
        """Return what makes two requests the same: a form sent twice stores its photo twice.

        A fact that came into claims later counts where it is given: the rest keep their hash.
        """
        units = tuple(replace(u, evidence=_unnamed(u.evidence)) for u in self.units)
        value = asdict(replace(self, units=units, evidence=_unnamed(self.evidence)))
        later = (*_SAID, "made_on")
        for unit in value["units"]:
            for name in (name for name in later if not unit[name]):
                del unit[name]
        return value


def _unnamed(items: tuple[EvidenceRef, ...]) -> tuple[EvidenceRef, ...]:
    return tuple(replace(item, name="") for item in items)


def urgency_of(condition: str) -> int:
    """Return where a unit in this condition stands in the queue: 0 is read before 1."""
    return 0 if condition in DANGEROUS else 1


def check(facts: ClaimFacts) -> None:
    """Refuse only what cannot be stored; what is merely wrong is for a person to judge."""
    if facts.language not in LANGUAGES:
        raise ClaimIncomplete(field="language")
    if not 1 <= len(facts.units) <= MOST_UNITS:
        raise ClaimIncomplete(field="units")
    for number, unit in enumerate(facts.units, 1):
        _check_unit(number, unit)
    for item in (*facts.evidence, *(item for unit in facts.units for item in unit.evidence)):
        if item.kind not in EVIDENCE_KINDS:
            raise ClaimIncomplete(field="evidence")


def _check_unit(number: int, unit: UnitFacts) -> None:
    if unit.condition not in CONDITIONS:
        raise ClaimIncomplete(field="condition", unit=number)
    if unit.order_amount is not None and not 0 <= unit.order_amount <= MOST_MONEY:
        raise ClaimIncomplete(field="order_amount", unit=number)
    for name, text in unit.texts():
        if len(text) > LONGEST or "\0" in text:
            raise ClaimTooLong(field=name, unit=number)
