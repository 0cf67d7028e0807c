"""Turn a draft into a claim: once, whatever is pressed how often and in how many tabs."""

from __future__ import annotations

from datetime import date, datetime

from kaishu.base import language
from kaishu.claims.actions import submit_claim
from kaishu.claims.facts import ClaimFacts, UnitFacts
from kaishu.core.errors import Refusal
from kaishu.doors.public import typed
from kaishu.doors.public.claiming import shops, store
from kaishu.doors.public.claiming.address_questions import kind_of
from kaishu.doors.public.claiming.answers import Said, Unit
from kaishu.doors.public.claiming.fact_questions import known
from kaishu.doors.public.claiming.questions import Visit
from kaishu.doors.public.claiming.store import OpenDraft
from kaishu.people.contact import Contact

COUNTRIES = {"jp": "JP", "cn": "CN"}
# What two products of one order have in common; the amount is each product's own.
SHARED = ("shop", "shop_name", "order_no", "bought_on")


class AnswersChanged(Refusal):
    """Some answers changed since this page was opened. Please read them again."""

    code = "answers_changed"


def send(visit: Visit, *, at: datetime) -> OpenDraft:
    """Send what is stored and return the draft, which now knows the claim's link.

    Raises AnswersChanged where another tab saved since the page was shown, and the refusals of
    `submit_claim`; nothing changes then.
    """

    shown = visit.draft.version

    def submit(newest: OpenDraft) -> tuple[str, str]:
        if newest.version != shown:
            raise AnswersChanged
        facts = facts_of(Visit(pack=visit.pack, draft=newest, at=at))
        sent = submit_claim(facts=facts, key=newest.key, door="public", by="owner", at=at)
        return sent.case_no, sent.token

    return store.send(visit.draft, submit, at=at)


def facts_of(visit: Visit) -> ClaimFacts:
    """Return the claim that a draft with every question answered makes."""
    units = visit.answers.units
    return ClaimFacts(
        recall=visit.recall.slug,
        language=language.tag(),
        contact=contact_of(visit),
        units=tuple(_unit(visit, unit, units[0]) for unit in units),
        consent=visit.answers.person.get("consent", ""),
    )


def contact_of(visit: Visit) -> Contact:
    """Return how to reach the person, with the address in the form that they were asked in."""
    said, kind = visit.answers.person, kind_of(visit.recall, visit.answers.person)
    here = kind != "other"
    silent = bool(said.get("nothing"))
    return Contact(
        name=said.get("name", ""),
        name_kana=said.get("name_kana", ""),
        email="" if silent else said.get("email", ""),
        phone="" if silent else said.get("phone", ""),
        country=COUNTRIES.get(kind, ""),
        postcode=said.get("postcode", ""),
        region=said.get("region", "") if here else "",
        city=_city(said, kind) if here else "",
        street=said.get("street", "") if here else "",
        building=said.get("building", "") if kind == "jp" else "",
        address="" if here else said.get("address", ""),
    )


def _city(said: Said, kind: str) -> str:
    return said.get("city", "") + (said.get("district", "") if kind == "cn" else "")


def _unit(visit: Visit, unit: Unit, first: Unit) -> UnitFacts:
    shared = unit.id != first.id and unit.get("same_order") == "yes"
    order = {name: (first if shared else unit).get(name) for name in SHARED}
    amount = unit.get("order_amount")
    colour = unit.get("colour")
    return UnitFacts(
        model=unit.get("model"),
        serial=unit.get("serial"),
        colour="" if colour == "unknown" else colour,
        condition=unit.get("condition"),
        remedy=unit.get("remedy"),
        order_no=order["order_no"],
        shop=shops.name_of(visit.recall.market, order["shop"], order["shop_name"]),
        bought_on=_day(order["bought_on"]),
        order_amount=typed.read_amount(amount, currency=visit.recall.currency) if amount else None,
        evidence=tuple(file.reference() for file in unit.files),
        made_on=_made(unit.get("made_on")),
        **known(unit),
    )


def _day(text: str) -> date | None:
    return typed.read_date(text) if text else None


def _made(text: str) -> typed.Made | None:
    return typed.read_made(text) if text else None
