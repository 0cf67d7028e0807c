"""A card for the airport desk: what is known, today, of one unit that may fly.

    what it says    this unit is not affected, by which editions, on which day, valid until when
    what signs it   a receipt (core.receipts) with two words of its own, so that whoever can check a
                    receipt can check a card: not_affected (one a recall) and valid_until

Only the number speaks. Where an answer rests on what a person said (a colour, a day), or on a
number that had to be mended, nobody at a desk could see it, and there is no card.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kaishu.core import receipts
from kaishu.core.answer import Inspection, find_product
from kaishu.core.errors import Refusal
from kaishu.core.everywhere import Hearing, hear
from kaishu.core.pack import Pack
from kaishu.core.receipts import Proven, Receipt
from kaishu.core.travel import ROUTES, Journey, Permission, Rule, may_fly
from kaishu.core.verdict import Answer, EditionRef, Verdict

DAYS = 7  # our own number, no law's: an edition that widens is soon in everybody's hands
NOT_AFFECTED, VALID_UNTIL = "not_affected", "valid_until"
# What only the person said: an answer that rests on it cannot be seen on the unit.
_SAID = {"colour", "bought_on", "market", "channel", "label"}


class CardForAffected(Refusal):
    """This product is being recalled: there is no flight card for it."""

    code = "card_affected"


class CardNotByNumber(Refusal):
    """The number alone does not show that this product is outside the recall."""

    code = "card_not_by_number"


class CardForbidden(Refusal):
    """The rules of the air forbid every unit of this model."""

    code = "card_forbidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightCard:
    """One unit that is outside every recall here. `open` and `closed` are routes by the rules."""

    pack: Pack
    model: str
    serial: str
    on: date
    until: date
    editions: tuple[EditionRef, ...]
    open: tuple[str, ...]
    closed: tuple[str, ...]

    def said(self, issuer: str) -> Receipt:
        """Return what is signed."""
        proven = [Proven(what=NOT_AFFECTED, on=self.on, entry=ref.digest) for ref in self.editions]
        return receipts.receipt(
            issuer=issuer,
            recall=self.pack.recall.slug,
            product=self.model,
            serial=self.serial,
            reference="",
            proven=(*proven, Proven(what=VALID_UNTIL, on=self.until, entry="")),
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left of a card: `expired` by its day, `outdated` where an edition came after it."""

    until: date
    expired: bool
    outdated: bool


def may_have_card(verdict: Verdict) -> bool:
    """Say whether a page offers a card with this answer: outside the recall, by its number."""
    by_number = "serial" in verdict.facts and _SAID.isdisjoint(verdict.facts)
    return verdict.answer is Answer.NOT_AFFECTED and by_number


def flight_card(
    pack: Pack,
    running: Iterable[Pack],
    *,
    model: str,
    serial: str,
    on: date,
    rules: Sequence[Rule],
    route: str = "",
) -> FlightCard:
    """Make the card of a unit; `route` is the one that somebody asks for, where they do.

    Raises CardForAffected, CardNotByNumber or CardForbidden.
    """
    others = [each for each in running if each.recall.slug != pack.recall.slug]
    # First as it was given (a mended number is a question), then by the number alone.
    first = _heard(pack, others, Inspection(model=model, serial=serial))[0].verdict
    if "serial" not in first.facts:
        raise CardNotByNumber
    model, serial = first.facts["model"], first.facts["serial"]
    heard = _heard(pack, others, Inspection(model=model, serial=serial))
    until = on + timedelta(days=DAYS)
    open_ = tuple(each for each in ROUTES if _is_open(each, on, until, rules))
    if not open_ or (route in ROUTES and route not in open_):
        raise CardForbidden
    return FlightCard(
        pack=pack,
        model=model,
        serial=serial,
        on=on,
        until=until,
        editions=tuple(each.verdict.edition for each in heard),
        open=open_,
        closed=tuple(each for each in ROUTES if each not in open_),
    )


def standing(said: Receipt, running: Iterable[Pack], *, today: date) -> Standing | None:
    """Return what a signed card is worth today; None for the receipt of a claim."""
    until = next((each.on for each in said.proven if each.what == VALID_UNTIL), None)
    if until is None:
        return None
    signed = {each.entry for each in said.proven if each.what == NOT_AFFECTED}
    current = {
        pack.ref.digest for pack in running if find_product(pack.recall, said.product) is not None
    }
    return Standing(until, expired=today > until, outdated=signed != current)


def _heard(pack: Pack, others: Sequence[Pack], inspection: Inspection) -> list[Hearing]:
    """Return what every recall says, all of them "not affected"."""
    heard = hear(pack, others, inspection)
    answers = {each.verdict.answer for each in heard}
    if Answer.AFFECTED in answers:
        raise CardForAffected
    if answers != {Answer.NOT_AFFECTED}:
        raise CardNotByNumber
    return heard


def _is_open(route: str, on: date, until: date, rules: Sequence[Rule]) -> bool:
    """Say whether no rule forbids a sound unit of a recalled model, on any day of the card."""
    days = (on + timedelta(days=day) for day in range((until - on).days + 1))
    answers = (may_fly(_sound(route, day), rules).answer for day in days)
    return all(answer is not Permission.NO for answer in answers)


def _sound(route: str, on: date) -> Journey:
    return Journey(
        route=route,
        on=on,
        recalled=True,
        unit="not_affected",
        mark="clear",
        wh=Decimal(1),
        condition="intact",
    )
