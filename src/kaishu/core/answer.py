"""From one edition and what a person knows of a unit to the answer that they read.

`judge` decides, `tell` says it. The edge server, the public door, the hotline and paper all use
these two, so that nobody ever hears two answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone

from kaishu.core.codes import Payload, is_jan, unpack
from kaishu.core.dates import Made, Month, made_from
from kaishu.core.given import find_batch, find_market, folded
from kaishu.core.pack import Pack
from kaishu.core.recall import Alias, Label, Product, Recall, Text, Variant, say
from kaishu.core.scope import Facts, Outcome
from kaishu.core.sentences import sentence
from kaishu.core.serials import EMPTY, Reading, read
from kaishu.core.verdict import Answer, Verdict

# Which fact a question is about, so that a page can put the cursor there.
ASKS = {
    "need_colour": "colour",
    "need_bought_on": "bought",
    "need_market": "market",
    "need_variant": "variant",
    "need_channel": "channel",
    "need_batch": "batch",
    "need_made_on": "made_on",
    "no_such_model": "model",
    "listed_other_model": "model",
}
_MARKET_HOURS = {"jp": 9, "cn": 8}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What a person knows of one unit, as they gave it. An empty field is not known.

    `channel` is a code of the recall, `variant` a SKU or the bar code on the box, `label` says of a
    unit without a serial whether its label is "missing" or "illegible". `made_on` may be a month.
    """

    model: str
    serial: str = ""
    colour: str = ""
    bought: date | None = None
    market: str = ""
    channel: str = ""
    variant: str = ""
    batch: str = ""
    made_on: Made | None = None
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPage:
    """Everything a page, a print or a phone script says, as plain strings in one language.

    `first` comes before all else: stop using it (affected), or leave it until you know (ask).
    `flight` is advice by model and so is there whatever the serial said; for a unit outside the
    recall it is the rule for its model, not the recall's own words for its units. `asks` names
    the fact that is asked for: model, serial, colour, bought, market, variant, channel, batch,
    made_on; or empty. `alias` explains that the model was given under another code.
    """

    verdict: Verdict
    language: str
    headline: str
    first: str
    sentence: str
    steps: tuple[str, ...]
    asks: str
    model: str
    product: str
    serial: str
    repaired: str
    company: str
    title: str
    hazard: str
    keep_safe: str
    never: str
    flight: str
    phone: str
    phone_hours: str
    notice_url: str
    data_as_of: str
    edition: str
    alias: str = ""


def judge(pack: Pack, inspection: Inspection) -> Verdict:
    """Return what this edition says of this unit.

    A serial that cannot be read, and one that had to be repaired and is then not affected, are
    questions: a wrong "not affected" leaves a dangerous thing in use.
    """
    product = product_of(pack.recall, inspection)
    if product is None:
        facts = {"model": inspection.model.strip()[:40]}
        return Verdict(Answer.NO_SUCH_MODEL, "no_such_model", pack.ref, facts)
    reading = read(inspection.serial, pack.recall.serial_format(product))
    if reading.payload is not None:
        inspection = _with_code(inspection, reading.payload)
    known = known_of(pack.recall, product, inspection)
    outcome = pack.scopes[product.model].evaluate(reading.serial, known)
    answer, reason = _careful(outcome, reading)
    if answer is not Answer.AFFECTED and _is_others(pack.recall, product, reading):
        answer, reason = Answer.ASK, "code_other_product"
    facts = _facts(product, reading, known, outcome)
    if (alias := find_alias(product, inspection.model)) is not None:
        facts |= {"alias": alias.code, "alias_kind": alias.kind}
    return Verdict(answer, reason, pack.ref, facts)


def tell(pack: Pack, verdict: Verdict, language: str) -> AnswerPage:
    """Return the verdict in a person's language, with the recall's own words around it."""
    recall = pack.recall
    facts = _spoken(pack, verdict, language)
    reason = sentence(verdict.reason, language, facts)
    product = recall.product(verdict.facts.get("model", ""))
    affected = verdict.answer is Answer.AFFECTED
    steps = tuple(say(text, language) for text in recall.do_now) if affected else (reason.next,)
    return AnswerPage(
        verdict=verdict,
        language=language,
        headline=sentence(f"answer_{verdict.answer.value}", language, facts).text,
        first=_first(recall, verdict, language),
        sentence=reason.text + _why(recall, verdict, language),
        steps=tuple(step for step in steps if step),
        asks=_asks(verdict),
        model=verdict.facts.get("model", ""),
        product=facts["product"],
        serial=verdict.facts.get("serial", ""),
        repaired=_repaired(verdict, facts, language),
        company=facts["company"],
        title=say(recall.title, language),
        hazard=say(recall.hazard, language),
        keep_safe=say(recall.keep_safe, language) if affected else "",
        never=say(recall.never, language) if affected else "",
        flight=_flight(recall, verdict, language) if product else "",
        phone=recall.phone,
        phone_hours=facts["phone_hours"],
        notice_url=recall.notice_url,
        data_as_of=sentence("data_as_of", language, facts).text,
        edition=str(verdict.edition.number),
        alias=_alias(verdict, facts, language),
    )


def rule_says(recall: Recall, verdict: Verdict) -> Text:
    """Return what the rule that takes a unit in says to its owner, behind the reason; or nothing.

    Of a verdict's rule, a page tells this and no more.
    """
    if verdict.answer is not Answer.AFFECTED:
        return {}
    no = verdict.facts.get("rule", "")
    return next((rule.why for rule in recall.rules if str(rule.no) == no), {})


def find_product(recall: Recall, typed: str) -> Product | None:
    """Return the product of this model code, or of an alias that the recall itself names.

    Case, width and spaces do not matter; nothing is ever guessed by likeness.
    """
    if (exact := recall.product(typed)) is not None:
        return exact
    wanted = folded(typed)
    own = (each for each in recall.products if folded(each.model) == wanted)
    named = (each for each in recall.products if find_alias(each, typed) is not None)
    return next(own, None) or next(named, None)


def product_of(recall: Recall, inspection: Inspection) -> Product | None:
    """Return the product that was named, by a person or else by a scanned code.

    A code names a model in the maker's words, or by a bar code that one product alone bears.
    """
    if inspection.model.strip():
        return find_product(recall, inspection.model)
    payload = unpack(inspection.serial) if inspection.serial else None
    if payload is not None and payload.model:
        return find_product(recall, payload.model)
    found = products_with(recall, payload.gtin) if payload else []
    return found[0] if len(found) == 1 else None


def products_with(recall: Recall, gtin: str) -> list[Product]:
    """Return the products whose box bears this GTIN; real notices print one on two products."""
    return [
        product
        for product in recall.products
        if gtin and any(is_jan(gtin, variant.jan) for variant in product.variants)
    ]


def find_alias(product: Product, typed: str) -> Alias | None:
    """Return the alias under which this product was named, or None where it was its own model."""
    if not product.aliases or typed == product.model:
        return None
    wanted = folded(typed)
    return next((alias for alias in product.aliases if folded(alias.code) == wanted), None)


def known_of(recall: Recall, product: Product, inspection: Inspection) -> Facts:
    """Return what is known of a unit in the recall's own words; what it has no word for is not."""
    variant = find_variant(product, inspection.variant or inspection.colour)
    colour = find_colour(recall, product, inspection.colour)
    return Facts(
        colour=colour or (variant.colour if variant else ""),
        bought=inspection.bought,
        market=find_market(recall, inspection.market),
        channel=inspection.channel if recall.channel(inspection.channel) else "",
        variant=variant.code if variant else "",
        batch=find_batch(recall, product, inspection.batch),
        made_on=inspection.made_on,
        label=inspection.label if inspection.label in tuple(Label) else "",
    )


def find_variant(product: Product, given: str) -> Variant | None:
    """Return the variant of this SKU or bar code; None where two variants share the bar code."""
    if not (wanted := folded(given)):
        return None
    found = [
        variant
        for variant in product.variants
        if wanted == folded(variant.code) or (wanted.isdecimal() and is_jan(wanted, variant.jan))
    ]
    return found[0] if len(found) == 1 else None


def colours_of(recall: Recall, product: Product) -> tuple[str, ...]:
    """Return every colour a person may name: those sold, and those that a rule speaks of.

    A colour that the recall leaves out is often not among the recalled variants.
    """
    named = [variant.colour for variant in product.variants]
    for rule in recall.rules:
        if rule.product == product.model:
            named += (*rule.when.colours, *rule.when.not_colours)
    return tuple(dict.fromkeys(colour for colour in named if colour))


def find_colour(recall: Recall, product: Product, given: str) -> str:
    """Return the recall's own word for a colour or variant code; empty where it has none."""
    if not (wanted := folded(given)):
        return ""
    spelled = {folded(variant.code): variant.colour for variant in product.variants}
    spelled |= {folded(colour): colour for colour in colours_of(recall, product)}
    return spelled.get(wanted, "")


def _with_code(inspection: Inspection, payload: Payload) -> Inspection:
    """Add what a scanned code says; what the person said stays."""
    return replace(
        inspection,
        variant=inspection.variant or payload.gtin,
        batch=inspection.batch or payload.batch,
        made_on=inspection.made_on or payload.made_on,
    )


def _is_others(recall: Recall, product: Product, reading: Reading) -> bool:
    """Say whether a scanned code names another product of this recall, in words or by bar code."""
    if reading.payload is None:
        return False
    named = find_product(recall, reading.payload.model) if reading.payload.model else None
    bearers = products_with(recall, reading.payload.gtin)
    return named not in (None, product) or (bool(bearers) and product not in bearers)


def _careful(outcome: Outcome, reading: Reading) -> tuple[Answer, str]:
    """Turn a "no" or a question that rests on a doubtful serial into the question about it."""
    if outcome.answer is Answer.AFFECTED:
        return outcome.answer, outcome.reason
    if reading.problem is not None and reading.problem != EMPTY:
        return Answer.ASK, reading.problem
    if outcome.answer is Answer.NOT_AFFECTED and reading.repaired:
        return Answer.ASK, "repair_changes_answer"
    return outcome.answer, outcome.reason


def _facts(product: Product, reading: Reading, known: Facts, outcome: Outcome) -> dict[str, str]:
    """Return what the answer rests on; what is not known has no entry."""
    facts = {
        **reading.facts,
        "model": product.model,
        "serial": reading.serial or "",
        "repaired": ", ".join(str(repair) for repair in reading.repaired),
        "rule": str(outcome.rule or ""),
        "colour": known.colour,
        "bought_on": known.bought.isoformat() if known.bought else "",
        "market": known.market,
        "channel": known.channel,
        "variant": known.variant,
        "batch": known.batch,
        "made_on": known.made_on.isoformat() if known.made_on else "",
        "label": known.label,
    }
    return {name: value for name, value in facts.items() if value}


def _why(recall: Recall, verdict: Verdict, language: str) -> str:
    said = rule_says(recall, verdict)
    return (" " if language == "en" else "") + say(said, language) if said else ""


def _first(recall: Recall, verdict: Verdict, language: str) -> str:
    if verdict.answer is Answer.AFFECTED:
        return say(recall.stop_use, language)
    if verdict.answer in (Answer.ASK, Answer.NO_SUCH_MODEL):
        return sentence("until_you_know", language).text
    return ""


def _repaired(verdict: Verdict, facts: Mapping[str, str], language: str) -> str:
    """Return the line that shows a repair, unless the reason's own sentence shows it."""
    if not facts["repaired"] or verdict.reason == "repair_changes_answer":
        return ""
    return sentence("serial_repaired", language, facts).text


def _alias(verdict: Verdict, facts: Mapping[str, str], language: str) -> str:
    """Return the line that says which model an alias means."""
    kind = verdict.facts.get("alias_kind")
    return sentence(f"alias_{kind}", language, facts).text if kind else ""


def _where(text: Text, language: str) -> str:
    return say(text, language) if text else ""


def _flight(recall: Recall, verdict: Verdict, language: str) -> str:
    """Return the recall's own advice; a unit outside it is still of a model that is recalled."""
    if verdict.answer is Answer.NOT_AFFECTED:
        return sentence("flight_not_affected", language).text
    return say(recall.flight, language)


def _asks(verdict: Verdict) -> str:
    if verdict.answer not in (Answer.ASK, Answer.NO_SUCH_MODEL):
        return ""
    return ASKS.get(verdict.reason, "serial")


def _spoken(pack: Pack, verdict: Verdict, language: str) -> dict[str, str]:
    """Return the facts as sentences of this language name them."""
    recall = pack.recall
    product = recall.product(verdict.facts.get("model", ""))
    facts = {"repaired": "", **verdict.facts}
    for name in ("bought_on", "made_on"):
        if day := facts.get(name):
            facts[name] = spoken_made(made_from(day), language)
    if channel := recall.channel(facts.get("channel", "")):
        facts["channel"] = say(channel.name, language)
    return facts | {
        "product": say(product.name, language) if product else "",
        "company": say(recall.company, language),
        "batch_where": _where(product.batch_where, language) if product else "",
        "made_where": _where(product.made_where, language) if product else "",
        "notice_url": recall.notice_url,
        "phone": recall.phone,
        "phone_hours": say(recall.phone_hours, language),
        "date": spoken_date(_local(pack.published_at, recall.market).date(), language),
        "edition": str(verdict.edition.number),
    }


def spoken_made(made: Made, language: str) -> str:
    """Return a day, or a month without one, as people write it in a language."""
    if not isinstance(made, Month):
        return spoken_date(made, language)
    if language in ("ja", "zh-Hans"):
        return f"{made.year}年{made.month}月"
    return f"{_MONTHS[made.month - 1]} {made.year}"


def spoken_date(day: date, language: str) -> str:
    """Return a day as people write it in a language."""
    if language in ("ja", "zh-Hans"):
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _local(moment: datetime, market: str) -> datetime:
    """Return a time on the clocks of the recall's market (those without summer time; else UTC)."""
    hours = _MARKET_HOURS.get(market.lower())
    return moment.astimezone(UTC if hours is None else timezone(timedelta(hours=hours)))
