"""Write the letter of a kit: whom it goes to, what to do, what the law wants on the outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from babel import Locale
from babel.dates import format_date
from django.utils import translation
from django.utils.translation import gettext as _

from kaishu.base import language, words
from kaishu.claims.models import ClaimUnit
from kaishu.claims.terms import recall_of
from kaishu.core.recall import Recall, say
from kaishu.core.triage import SPECIAL_KIT
from kaishu.markets.market import CODES, load_market, zone_of
from kaishu.markets.transport import BAG, SLIP, marks_for
from kaishu.paper.glyphs import printable
from kaishu.paper.kit_letter import Letter, letters_pdf
from kaishu.paper.pick_list import Group, PickList, pick_list_pdf
from kaishu.people.contact import Contact
from kaishu.returns import kit_words
from kaishu.returns.kit_list import KitLine

# Where the address starts with the largest place and ends with the person.
LARGEST_FIRST = ("JP", "CN", "TW", "KR")
_CODES: Mapping[str, str] = {tag: code for code, tag in language.TAGS.items()}


@dataclass(frozen=True, slots=True)
class Addressed:
    """One kit to send with the address it goes to."""

    line: KitLine
    contact: Contact


def letters(parcels: Sequence[Addressed], *, at: datetime) -> bytes:
    """Return one A4 page for each kit as one PDF, each in its owner's language."""
    made = [letter(parcel, at=at) for parcel in parcels]
    return letters_pdf(made, title=_("Kit letters"), at=at)


def letter(parcel: Addressed, *, at: datetime) -> Letter:
    """Return the letter of one kit; a unit that must not be posted gets no return slip."""
    line = parcel.line
    recall = recall_of(line.unit.edition_id)
    pickup = line.kit == SPECIAL_KIT
    with translation.override(_CODES.get(line.language, "en")):
        said = kit_words.by_pickup(recall.phone) if pickup else kit_words.by_post(recall.phone)
        hours = say(recall.phone_hours, line.language)
        return Letter(
            language=line.language,
            case_no=line.case_no,
            unit_no=line.unit_no,
            slip=not pickup,
            address=address(parcel.contact, market=recall.market),
            company=say(recall.company, line.language),
            contact=(_today(recall, at), recall.phone, hours),
            title=said.title,
            intro=said.intro,
            steps=said.steps,
            stop_title=said.stop_title,
            stop=said.stop,
            to_label=said.label,
            to=_what(line.unit, recall, line.language) if pickup else _back_to(recall),
            product=() if pickup else _what(line.unit, recall, line.language),
            marks=() if pickup else slip_marks(line.unit, recall, at=at),
            **kit_words.frame(),
        )


def address(contact: Contact, *, market: str) -> tuple[str, ...]:
    """Return the lines of an envelope, in the order of the country that it goes to."""
    home = load_market(market).country if market in CODES else ""
    country = contact.country or home
    rows = tuple(row for line in contact.address_lines() for row in line.splitlines())
    if country in LARGEST_FIRST:
        post = f"〒{contact.postcode}" if country == "JP" else contact.postcode
        after = {"JP": " 様", "CN": "（收）"}.get(country, "")
        lines = (post if contact.postcode else "", *rows, f"{contact.name}{after}")
    else:
        lines = (contact.name, *rows, contact.postcode)
    if country and home and country != home:
        name = Locale("en").territories.get(country, country)
        lines = (*lines, name.upper())
    return tuple(line for line in lines if line.strip())


def slip_marks(unit: ClaimUnit, recall: Recall, *, at: datetime) -> tuple[str, ...]:
    """Return what the return slip must say to carriers, in words of the market."""
    product = recall.product(unit.product)
    number = product.un_number if product else ""
    marks = marks_for(recall.market, where=SLIP, on=at.date())
    spoken = _spoken(recall)
    return tuple(line for mark in marks for line in mark.lines(spoken, number))


def pick_list(lines: Sequence[KitLine], contacts: Mapping[str, Contact], *, at: datetime) -> bytes:
    """Return what to take from the shelf as a PDF, in the language in force."""
    tag = language.tag()
    groups = pick_groups(lines, contacts, at=at)
    made = format_date(at.date(), format="long", locale=words.locale())
    return pick_list_pdf(
        PickList(
            language=tag,
            title=_("Pick list: %(number)s kits") % {"number": len(lines)},
            header=(_("Reference"), _("Model"), _("Serial"), _("By hand")),
            made=made,
            groups=groups,
        ),
        at=at,
    )


def pick_groups(
    lines: Sequence[KitLine], contacts: Mapping[str, Contact], *, at: datetime
) -> tuple[Group, ...]:
    """Return kits by market, kind and language, with what the packer has to add for each."""
    sorted_lines: dict[tuple[str, str, str], list[KitLine]] = {}
    recalls = {line.unit.edition_id: recall_of(line.unit.edition_id) for line in lines}
    for line in lines:
        market = recalls[line.unit.edition_id].market
        sorted_lines.setdefault((market, line.kit, line.language), []).append(line)
    return tuple(
        Group(
            name=_group_name(key, len(found)),
            notes=_notes(key[0], found, recalls, at),
            rows=tuple(_row(line, contacts) for line in found),
        )
        for key, found in sorted(sorted_lines.items(), key=lambda item: item[0])
    )


def by_hand(contact: Contact | None) -> tuple[str, ...]:
    """Return the characters of an address that no font has."""
    if contact is None:
        return ()
    rows = (contact.name, *contact.address_lines(), contact.postcode)
    return tuple(dict.fromkeys(char for row in rows for char in printable(row).missing))


def _group_name(key: tuple[str, str, str], number: int) -> str:
    market, kit, tag = key
    name = say(load_market(market).name, language.tag()) if market in CODES else market
    own = language.NAMES.get(_CODES.get(tag, ""), tag)
    return f"{name} · {words.quantity(number, kit)} · {own}"


def _notes(
    market: str, lines: Sequence[KitLine], recalls: Mapping[int, Recall], at: datetime
) -> tuple[str, ...]:
    if all(line.kit == SPECIAL_KIT for line in lines):
        return (_("Not by post. Call the owner first; the carrier brings the packaging."),)
    tag = language.tag()
    marks = marks_for(market, where=BAG, on=at.date())
    notes = [" ".join(mark.lines(tag)) for mark in marks]
    unsaid = {
        product.model
        for line in lines
        if (product := recalls[line.unit.edition_id].product(line.unit.product))
        and not product.un_number
    }
    asked = any(mark.un for mark in marks_for(market, where=SLIP, on=at.date()))
    if asked and unsaid:
        models = ", ".join(sorted(unsaid))
        notes.append(
            _("The recall states no UN number for %(models)s. Ask before it leaves.")
            % {"models": models}
        )
    return tuple(notes)


def _row(line: KitLine, contacts: Mapping[str, Contact]) -> tuple[str, ...]:
    code = f"{line.case_no[:4]} {line.case_no[4:8]} {line.case_no[8:]}-{line.unit_no}"
    hand = by_hand(contacts.get(line.unit.claim.person_id))
    said = _("%(number)s characters") % {"number": len(hand)} if hand else ""
    return (code, line.unit.product, line.unit.serial or line.unit.serial_typed, said)


def _what(unit: ClaimUnit, recall: Recall, tag: str) -> tuple[str, ...]:
    product = recall.product(unit.product)
    name = say(product.name, tag) if product else ""
    return tuple(part for part in (name, unit.product, unit.serial) if part)


def _back_to(recall: Recall) -> tuple[str, ...]:
    """Return where the parcel goes: the depot where there is one, else the company."""
    spoken = _spoken(recall)
    depots = [party for party in recall.parties if party.role == "depot"]
    where = (say(depots[0].name, spoken),) if len(depots) == 1 else ()
    return (*where, say(recall.company, spoken))


def _spoken(recall: Recall) -> str:
    return load_market(recall.market).languages[0] if recall.market in CODES else "en"


def _today(recall: Recall, at: datetime) -> str:
    local = at.astimezone(zone_of([recall.market]))
    return format_date(local.date(), format="long", locale=words.locale())
