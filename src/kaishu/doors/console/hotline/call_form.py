"""What stands in the form of a call: read by the rules of the owner's own pages, kept as typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from kaishu.base import language
from kaishu.base.desk import Problem
from kaishu.claims import typed
from kaishu.claims.facts import CONDITIONS, LONGEST, ClaimFacts, UnitFacts
from kaishu.claims.known import inspection_of
from kaishu.core.answer import Inspection
from kaishu.core.pack import Pack
from kaishu.core.recall import LANGUAGES, Product
from kaishu.core.sentences import sentence
from kaishu.people import consent
from kaishu.people.addresses import look_up, read_postcode
from kaishu.people.contact import Contact
from kaishu.people.names import bank_kana, check_name
from kaishu.people.phones import read_phone

MOST_UNITS = 5
LONGEST_ADDRESS = 400
COUNTRIES = {"jp": "JP", "cn": "CN", "us": "US"}
WITH_FORMS = ("jp", "cn")
# What only the rules of some recalls ask.
ASKED = ("variant", "batch", "made_on", "channel", "market", "label")
UNIT = (
    "condition",
    "model",
    "serial",
    "colour",
    "remedy",
    "order_no",
    "bought_on",
    "order_amount",
    "shop",
    *ASKED,
)
PERSON = (
    "language",
    "name",
    "name_kana",
    "phone",
    "email",
    "nothing",
    "postcode",
    "filled",
    "town",
    "region",
    "city",
    "street",
    "building",
    "address",
    "consent",
)
Said = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Thing:
    """One unit of the call: its number on the page, what was said, and what it turned out to be."""

    number: int
    said: Said
    pack: Pack | None
    product: Product | None

    def get(self, name: str) -> str:
        """Return what was said of one field."""
        return self.said.get(f"{name}-{self.number}", "")


def said_of(posted: QueryDict) -> dict[str, str]:
    """Return the fields of the form as typed but for spaces around them."""
    count = _count(posted.get("units", "1"))
    names = [*PERSON, *(f"{name}-{number}" for number in range(1, count + 1) for name in UNIT)]
    kept = {name: posted.get(name, "").strip()[: LONGEST_ADDRESS * 2] for name in names}
    return {"units": str(count), **{name: value for name, value in kept.items() if value}}


def spoken(said: Said) -> str:
    """Return the caller's language; until it is chosen, that of the page."""
    return said["language"] if said.get("language") in LANGUAGES else language.tag()


def things(said: Said, packs: Mapping[str, Pack]) -> tuple[Thing, ...]:
    """Return the units of the call."""
    found = []
    for number in range(1, _count(said.get("units", "1")) + 1):
        slug, _bar, model = said.get(f"model-{number}", "").partition("|")
        pack = packs.get(slug)
        product = pack.recall.product(model) if pack else None
        found.append(Thing(number, said, pack, product))
    return tuple(found)


def filled_in(said: Said) -> dict[str, str]:
    """Return the answers with the part of an address that a new postcode, or a chosen town, names.

    What an operator typed over it afterwards stays: each postcode fills in once.
    """
    postcode = read_postcode(said.get("postcode", ""))
    town = said.get("town", "")
    mark = f"{postcode}:{town}"
    if not postcode or said.get("filled") == mark:
        return dict(said)
    towns = look_up(postcode).towns
    chosen = towns[int(town)] if town.isdecimal() and int(town) < len(towns) else None
    if chosen is None and len(towns) == 1:
        chosen = towns[0]
    if chosen is None:
        return {**said, "filled": mark}
    place = {"region": chosen.region, "city": chosen.city + chosen.town}
    street = {"street": chosen.street} if chosen.street and not said.get("street") else {}
    return {**said, **place, **street, "filled": mark}


def contact_of(said: Said, market: str) -> Contact:
    """Return how to reach the caller, with the address in the form it was given in."""
    free = bool(said.get("address")) or market not in WITH_FORMS
    silent = bool(said.get("nothing"))
    parts = {
        name: "" if free else said.get(name, "")
        for name in ("region", "city", "street", "building")
    }
    return Contact(
        name=said.get("name", ""),
        name_kana=said.get("name_kana", ""),
        email="" if silent else said.get("email", ""),
        phone="" if silent else said.get("phone", ""),
        country="" if free else COUNTRIES.get(market, ""),
        postcode=said.get("postcode", ""),
        address=said.get("address", "") if free else "",
        **parts,
    )


def claims_of(said: Said, packs: Mapping[str, Pack]) -> tuple[ClaimFacts, ...]:
    """Return one claim for each recall of the call; only after `problems` found nothing."""
    by_recall: dict[str, list[Thing]] = {}
    for thing in things(said, packs):
        assert thing.pack is not None, "a unit has its model"
        by_recall.setdefault(thing.pack.recall.slug, []).append(thing)
    return tuple(
        ClaimFacts(
            recall=slug,
            language=spoken(said),
            contact=contact_of(said, packs[slug].recall.market),
            units=tuple(_unit(thing) for thing in mine),
            consent=consent.current("claim", packs[slug].recall.market).version,
        )
        for slug, mine in by_recall.items()
    )


def problems(said: Said, packs: Mapping[str, Pack]) -> tuple[Problem, ...]:
    """Return what keeps the claim from being sent, in the order of the page."""
    units = things(said, packs)
    found = [problem for thing in units for problem in _of_unit(thing)]
    asked = [thing.pack for thing in units if thing.pack] or list(packs.values())
    market = asked[0].recall.market if asked else ""
    return (*found, *_of_person(said, market))


def inspection(thing: Thing) -> Inspection:
    """Return what is judged while the caller speaks: the same as when the claim is sent."""
    assert thing.pack is not None, "a unit has its model"
    return inspection_of(_known(thing), market=thing.pack.recall.market)


def _made(thing: Thing) -> typed.Made | None:
    """Return the day it was made, or the month, where either can be read."""
    try:
        return typed.read_made(thing.get("made_on")) if thing.get("made_on") else None
    except typed.Unreadable:
        return None


def _day(thing: Thing, name: str) -> date | None:
    """Return a day where it can be read."""
    try:
        return typed.read_date(thing.get(name)) if thing.get(name) else None
    except typed.Unreadable:
        return None


def _known(thing: Thing) -> UnitFacts:
    """Return what the caller said of the unit itself."""
    assert thing.product is not None, "a unit has its model"
    return UnitFacts(
        model=thing.product.model,
        serial=thing.get("serial"),
        colour=thing.get("colour"),
        bought_on=_day(thing, "bought_on"),
        market=thing.get("market"),
        channel=thing.get("channel"),
        variant=thing.get("variant"),
        batch=thing.get("batch"),
        made_on=_made(thing),
        label=thing.get("label"),
    )


def _unit(thing: Thing) -> UnitFacts:
    assert thing.pack is not None, "a unit has its model"
    amount = thing.get("order_amount")
    currency = thing.pack.recall.currency
    return replace(
        _known(thing),
        order_no=thing.get("order_no"),
        shop=thing.get("shop"),
        order_amount=typed.read_amount(amount, currency=currency) if amount else None,
        condition=thing.get("condition"),
        remedy=thing.get("remedy"),
    )


def _of_unit(thing: Thing) -> Iterator[Problem]:
    number = thing.number
    if thing.get("condition") not in CONDITIONS:
        yield Problem(_("Ask how the product is now."), id=f"id-condition-{number}")
    if thing.product is None or thing.pack is None:
        yield Problem(_("Choose the model."), id=f"id-model-{number}")
        return
    recall = thing.pack.recall
    for name in UNIT:
        if len(thing.get(name)) > LONGEST:
            yield Problem(_too_long(), id=f"id-{name}-{number}")
    offered = {remedy.code for remedy in recall.remedies_for(thing.product.model)}
    if offered and thing.get("remedy") not in offered:
        yield Problem(_("Choose what the caller would like to receive."), id=f"id-remedy-{number}")
    wanted = {
        "order_no": (recall.evidence.order_no, _("Ask for the order number.")),
        "bought_on": (recall.evidence.bought_on, _("Ask when it was bought.")),
        "order_amount": (recall.evidence.order_amount, _("Ask what was paid.")),
    }
    for name, (rule, words) in wanted.items():
        if rule == "required" and not thing.get(name):
            yield Problem(words, id=f"id-{name}-{number}")
    yield from _unreadable(thing, recall.currency)


def _unreadable(thing: Thing, currency: str) -> Iterator[Problem]:
    for name, read in (("bought_on", _day(thing, "bought_on")), ("made_on", _made(thing))):
        if thing.get(name) and read is None:
            words = _("This date cannot be read. Type it as 2024-05-14.")
            yield Problem(words, id=f"id-{name}-{thing.number}")
    if thing.get("order_amount"):
        try:
            typed.read_amount(thing.get("order_amount"), currency=currency)
        except typed.Unreadable:
            words = _("This amount cannot be read. Type digits only.")
            yield Problem(words, id=f"id-order_amount-{thing.number}")


def _of_person(said: Said, market: str) -> Iterator[Problem]:
    tag = language.tag()
    name = check_name(said.get("name", ""))
    if name.problem:
        told = sentence(name.problem, tag, name.facts)
        yield Problem(told.text, told.next, "id-name")
    if said.get("name_kana"):
        kana = bank_kana(said["name_kana"])
        if kana.problem:
            told = sentence(kana.problem, tag, kana.facts)
            yield Problem(told.text, told.next, "id-name_kana")
    yield from _reach(said, market)
    free = bool(said.get("address")) or market not in WITH_FORMS
    if free and not said.get("address"):
        yield Problem(_("Ask for the address, with the country."), id="id-address")
    if not free:
        asked = {
            "region": _("Ask for the prefecture or province."),
            "city": _("Ask for the city."),
            "street": _("Ask for the block, the street or the house number."),
        }
        for field, words in asked.items():
            if not said.get(field):
                yield Problem(words, id=f"id-{field}")
    if len(said.get("address", "")) > LONGEST_ADDRESS:
        yield Problem(_too_long(), id="id-address")
    if not said.get("consent"):
        yield Problem(
            _("Read out the consent and tick the box when the caller agrees."), id="id-consent"
        )


def _reach(said: Said, market: str) -> Iterator[Problem]:
    phone, email = said.get("phone", ""), said.get("email", "")
    if said.get("nothing") and (phone or email):
        words = _("A way to reach the caller is typed and “send nothing” is ticked. Keep one.")
        yield Problem(words, id="id-nothing")
    elif not (phone or email or said.get("nothing")):
        words = _("Ask for a telephone number or a mail address, or tick “send nothing”.")
        yield Problem(words, id="id-phone")
    if phone and (read := read_phone(phone, COUNTRIES.get(market, ""))).problem:
        told = sentence(read.problem, language.tag(), read.facts)
        yield Problem(told.text, told.next, "id-phone")
    if email:
        try:
            typed.read_mail(email)
        except typed.Unreadable:
            words = _("This mail address is not complete. Example: name@example.com")
            yield Problem(words, id="id-email")


def _too_long() -> str:
    return _("This is too long to be kept.")


def _count(text: str) -> int:
    return min(max(int(text), 1), MOST_UNITS) if text.isascii() and text.isdigit() else 1
