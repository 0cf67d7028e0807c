"""The words of a recall's forms: sections, fields, hints, closed words, and what is wrong."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kaishu.base import language
from kaishu.base.language import NAMES, TAGS
from kaishu.core.sentences import sentence
from kaishu.editions.drafting.judging import Found

_NAMED = re.compile(r"\[([^\]]*)\]")

WORDS = {
    # sections
    "section.identity": "Identity and market",
    "section.texts": "Texts",
    "section.formats": "Serial formats",
    "section.products": "Products",
    "section.rules": "Scope",
    "section.remedies": "Remedies",
    "section.service": "Evidence and dates",
    "section.population": "Parties and population",
    "section.notice": "Public notice and sources",
    "section.files": "Serial lists and drawings",
    "section.started": "Started",
    # groups
    "recall": "Identity",
    "texts": "What people read",
    "texts.do_now": "Steps to do now, in order",
    "serials": "Serial formats",
    "products": "Products",
    "products.variants": "Colours and designs",
    "products.aliases": "Other codes for this model",
    "channels": "Shops: where it was sold",
    "rules": "Rules: which units are in",
    "rules.when": "Only if",
    "rules.when.made": "Made on these days",
    "check": "The check",
    "remedies": "Remedies",
    "remedies.compare": "The old product and the new one, line by line",
    "service": "Dates we promise",
    "evidence": "What a claim must bring",
    "parties": "Parties: who may hold units",
    "population": "Population: where the units are now",
    "notice": "Only on the public notice",
    "sources": "Where the facts come from",
    # fields
    "recall.slug": "Name in addresses (slug)",
    "recall.market": "Market",
    "recall.announced": "Day of the announcement",
    "recall.currency": "Currency",
    "recall.units": "Units in all",
    "recall.brand": "Brand",
    "recall.phone": "Helpline",
    "recall.notice_url": "Address of the official notice",
    "texts.company": "Company",
    "texts.title": "Title of the recall",
    "texts.hazard": "What can happen",
    "texts.cause": "Why",
    "texts.stop_use": "Stop using it",
    "texts.keep_safe": "Where to keep it meanwhile",
    "texts.never": "What never to do",
    "texts.flight": "Advice for flights",
    "texts.phone_hours": "Hours of the helpline",
    "serials.code": "Name of the format",
    "serials.alphabet": "Characters that occur",
    "serials.lengths": "Lengths that occur",
    "serials.prefix": "Every serial begins with",
    "serials.unit_unique": "Each serial is one unit",
    "serials.confusions": "Look-alikes",
    "serials.lookalikes": "Easily taken for each other",
    "products.model": "Model",
    "products.name": "Name",
    "products.units": "Units",
    "products.serial_format": "Serial format",
    "products.capacity": "Capacity",
    "products.un_number": "UN number for transport",
    "products.sold_from": "Sold from",
    "products.sold_to": "Sold until",
    "products.picture": "Drawing of the product",
    "products.model_picture": "Drawing: where the model stands",
    "products.serial_picture": "Drawing: where the serial stands",
    "products.model_where": "Where the model stands",
    "products.serial_where": "Where the serial stands",
    "products.batch_where": "Where the batch stands",
    "products.made_where": "Where the day of manufacture stands",
    "products.variants.code": "SKU",
    "products.variants.colour": "Colour (English)",
    "products.variants.jan": "Bar code",
    "products.aliases.code": "Other code",
    "products.aliases.kind": "Why",
    "products.aliases.source": "Source",
    "channels.code": "Code",
    "channels.name": "As an owner knows it",
    "rules.product": "Model",
    "rules.kind": "Kind",
    "rules.file": "Serial list",
    "rules.first": "First serial",
    "rules.last": "Last serial",
    "rules.prefix": "Begins with",
    "rules.length": "Length",
    "rules.head": "Fixed beginning",
    "rules.digits": "Digits in counting order",
    "rules.endings": "Covered endings",
    "rules.safe_endings": "Safe endings",
    "rules.codes": "Codes",
    "rules.labels": "What is left of the label",
    "rules.effect": "Says",
    "rules.verified": "How sure",
    "rules.note": "Note",
    "rules.why": "What its owners read",
    "rules.when.colours": "Only these colours",
    "rules.when.not_colours": "Not these colours",
    "rules.when.variants": "Only these item codes",
    "rules.when.not_variants": "Not these item codes",
    "rules.when.channels": "Only sold here",
    "rules.when.not_channels": "Not sold here",
    "rules.when.batches": "Only these batches",
    "rules.when.made.start": "Made on or after",
    "rules.when.made.end": "Made on or before",
    "rules.when.bought_from": "Bought on or after",
    "rules.when.bought_to": "Bought on or before",
    "rules.when.markets": "Bought in",
    "remedies.code": "Code",
    "remedies.type": "Kind",
    "remedies.commodity": "What is owed",
    "remedies.amount": "Amount",
    "remedies.due": "When it may leave",
    "remedies.quantity": "Quantity",
    "remedies.plus": "On top of the order amount",
    "remedies.kit": "Return kit",
    "remedies.products": "For these models",
    "remedies.title": "Title",
    "remedies.what_you_get": "What the owner gets",
    "remedies.what_you_send": "What the owner sends",
    "remedies.how_long": "How long it takes",
    "remedies.worth": "List price of the goods",
    "remedies.days": "Leaves within days of the arrival",
    "check.publish_list": "Copies of this site may carry the serial list, hashed",
    "remedies.compare.what": "What is compared",
    "remedies.compare.old": "The old one",
    "remedies.compare.new": "The new one",
    "remedies.compare.change": "For the owner",
    "remedies.compare.products": "For these models",
    "service.review_days": "Days until a claim is decided",
    "service.kit_days": "Days until the kit leaves",
    "service.remind_days": "Days until we remind the owner to send",
    "evidence.serial_photo": "Photo of the serial",
    "evidence.proof": "Proof of purchase",
    "evidence.order_no": "Order number",
    "evidence.order_amount": "Order amount",
    "evidence.bought_on": "Day of purchase",
    "evidence.order_where": "Where an order number is found",
    "parties.code": "Code",
    "parties.role": "Role",
    "parties.name": "Name",
    "population.product": "Model",
    "population.pool": "In whose hands",
    "population.account": "Where",
    "population.party": "Who holds them",
    "population.quantity": "Units",
    "notice.sold_where": "Where it was sold",
    "notice.made_in": "Where it was made",
    "notice.incidents": "Accidents that are known",
    "notice.number": "The authority's number",
    "sources.what": "What",
    "sources.url": "Address",
    "sources.verified": "How sure",
    # hints
    "hint.recall.slug": "Small letters, digits and hyphens. It never changes.",
    "hint.recall.units": "The announced total. The products must add up to it.",
    "hint.recall.currency": "Three letters: JPY, CNY, EUR.",
    "hint.serials.alphabet": "Every character once, in counting order.",
    "hint.serials.lengths": "One or more numbers: 16",
    "hint.serials.unit_unique": "Take the tick away where many units share one code (a lot).",
    "hint.check.publish_list": "Whoever has such a copy can test any serial number offline.",
    "hint.serials.confusions": "A character that never occurs = what it can only be: O=0",
    "hint.rules.file": "Upload the list on the draft's first page.",
    "hint.serials.lookalikes": "Groups of characters that all occur: 1L, 2Z",
    "hint.products.aliases.source": "Who used this code, and where.",
    "hint.rules.digits": "Left empty: 0123456789",
    "hint.rules.endings": "One or more: 0, 1, D",
    "hint.rules.safe_endings": "Every other ending becomes a question.",
    "hint.rules.codes": "Printed on many units each; one or more, with commas.",
    "hint.rules.labels": "None ticked: both.",
    "hint.rules.effect": "A rule of safe units must be narrower than the rule it takes from.",
    "hint.rules.note": "Why the rule is written this way, where the notice leaves it open.",
    "hint.rules.why": "One sentence after the verdict: why this unit is in the recall.",
    "hint.remedies.commodity": "A currency (JPY), coupon:CNY, or goods (sku:A1256).",
    "hint.remedies.quantity": "Money in the smallest unit (yen, fen, cents); goods in pieces.",
    "hint.remedies.kit": "kit:bag",
    "hint.remedies.products": "None ticked: for all.",
    "hint.remedies.worth": "In the smallest unit of the currency.",
    "hint.population.party": "Only for units in stock.",
    # closed words
    "choice.list": "Serial list",
    "choice.range": "From first to last",
    "choice.prefix": "Begins with",
    "choice.counter": "Numbers behind a fixed beginning",
    "choice.tail": "Ends in",
    "choice.codes": "Published codes",
    "choice.unlabelled": "Label missing",
    "choice.lookup": "Only the maker knows",
    "choice.include": "These are recalled",
    "choice.exclude": "These are safe",
    "choice.missing": "No number on it",
    "choice.illegible": "Cannot be read",
    "choice.misprint": "Printed wrongly",
    "choice.sold_as": "Sold under this name",
    "choice.model": "The whole model",
    "choice.fixed": "Fixed",
    "choice.order": "Order amount",
    "choice.approved": "Once the claim is approved",
    "choice.collected": "Once the unit is with us",
    "choice.replace": "Replacement",
    "choice.upgrade": "Upgrade",
    "choice.refund": "Refund",
    "choice.coupon": "Shop credit",
    "choice.repair": "Repair",
    "choice.gain": "better",
    "choice.lose": "worse",
    "choice.same": "the same",
    "choice.differs": "different",
    "choice.required": "Required",
    "choice.optional": "Optional",
    "choice.not_asked": "Not asked",
    "choice.maker": "Maker",
    "choice.distributor": "Distributor",
    "choice.retailer": "Retailer",
    "choice.depot": "Depot",
    "choice.recycler": "Recycler",
    "choice.consumer": "Owners",
    "choice.at_large": "Sold",
    "choice.unsold": "In stock",
    "choice.official": "Official",
    "choice.secondary": "Press and the like",
    "choice.generated": "Made up for a demo",
    # proposals
    "act.publish": "Publish",
    "act.close": "Close the recall",
    "act.reopen": "Open the recall again",
    "state.waiting": "Waits for a second person",
    "state.done": "Done",
    "state.withdrawn": "Withdrawn",
    "life.draft": "Draft",
    "life.published": "Running",
    "life.closed": "Closed",
    "life.reopened": "Open again",
    "answer.affected": "Affected",
    "answer.not_affected": "Not affected",
    "answer.ask": "We have to ask",
    "answer.no_such_model": "No such model",
    "why.first_edition": "First edition",
    "why.published_alone": "Published from the command line, without a second person",
    "why.target_reached": "The goal is reached",
    "why.authority_agreed": "The authority agreed",
    "why.merged": "Another recall takes over",
    "why.published_in_error": "Published by mistake",
    "why.new_units": "More units are affected",
    "why.new_incidents": "New incidents",
    "why.authority_asked": "The authority asks for it",
    "why.closed_in_error": "Closed by mistake",
}


def word(code: str) -> str:
    """Say a code; a code without a word is shown as it is, never hidden."""
    code, colon, own_words = code.partition(": ")
    if colon:  # a reason with the words of whoever gave it
        return f"{word(code)}: {own_words}"
    msgid = WORDS.get(code)
    return pgettext("word", msgid) if msgid else code.rpartition(".")[2]


def path_word(path: str) -> str:
    """Say a path of `editions.compare`; what has no word of its own stays as it is."""
    plain = _NAMED.sub("", path)
    named = ", ".join(_NAMED.findall(path))
    homes = ("", "texts.", "recall.")
    known = next((home + plain for home in homes if home + plain in WORDS), "")
    said = word(known) if known else plain
    return f"{said} ({named})" if named else said


def field_label(name: str) -> str:
    """Return what a field or group is called; a row of bare texts is called nothing."""
    return word(name)


def field_hint(name: str) -> str:
    """Return a field's hint, or nothing."""
    return word(f"hint.{name}") if f"hint.{name}" in WORDS else ""


def choice_word(_name: str, code: str) -> str:
    """Say one closed word of a field."""
    return word(f"choice.{code}")


def said_of(found: Found, *, control: str = "") -> str:
    """Say a problem as it stands beside its field.

    A recall file and a form lack a value in different words; everything else is said the same.
    """
    code, facts = found.problem.code, found.problem.facts
    if code in ("key_missing", "key_empty"):
        return _("Fill this in.") if control else _("Add at least one.")
    if code == "text_missing":
        code_of = {tag: each for each, tag in TAGS.items()}
        own = NAMES[code_of.get(facts["language"], "en")]
        return _("Write this in %(language)s.") % {"language": own}
    if code == "key_type" and control == "number":
        return _("Write a whole number, for example 12000.")
    if code == "key_type" and control == "date":
        return _("Write a day as year-month-day, for example 2026-04-01.")
    if code in ("remedies_unlawful", "remedies_too_few"):
        facts = {**facts, **{name: _kinds(facts[name]) for name in ("lawful", "offered")}}
    said = sentence(code, language.tag(), facts)
    space = " " if language.tag() == "en" else ""
    return f"{said.text}{space}{said.next}" if said.next else said.text


def _kinds(codes: str) -> str:
    """Say kinds of remedies, which a problem names by their codes, as the form's choices do."""
    comma = ", " if language.tag() == "en" else "、"
    return comma.join(choice_word("type", code) for code in codes.split(", "))
