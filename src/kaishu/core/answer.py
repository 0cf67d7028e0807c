"""From one edition and what a person knows of a unit to the answer that they read.

`judge` decides, `tell` says it. The edge server, the public door, the hotline and paper all use
these two, so that nobody ever hears two answers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from kaishu.core.pack import Pack
from kaishu.core.recall import Product, Recall, say
from kaishu.core.scope import Facts, Outcome
from kaishu.core.sentences import sentence
from kaishu.core.serials import EMPTY, Reading, read
from kaishu.core.verdict import Answer, Verdict

# Which fact a question is about, so that a page can put the cursor there.
ASKS = {
    "need_colour": "colour",
    "need_bought_on": "bought",
    "need_market": "market",
    "no_such_model": "model",
}
_MARKET_HOURS = {"jp": 9, "cn": 8}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What a person knows of one unit, as they gave it. An empty field is not known."""

    model: str
    serial: str = ""
    colour: str = ""
    bought: date | None = None
    market: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPage:
    """Everything a page, a print or a phone script says, as plain strings in one language.

    `first` comes before all else: stop using it (affected), or leave it until you know (ask).
    `flight` is advice by model and so is there whatever the serial said; for a unit outside the
    recall it is the rule for its model, not the recall's own words for its units. `asks` names
    the fact that is asked for: model, serial, colour, bought, market; or empty.
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


def judge(pack: Pack, inspection: Inspection) -> Verdict:
    """Return what this edition says of this unit.

    A serial that cannot be read, and one that had to be repaired and is then not affected, are
    questions: a wrong "not affected" leaves a dangerous thing in use.
    """
    product = find_product(pack.recall, inspection.model)
    if product is None:
        facts = {"model": inspection.model.strip()[:40]}
        return Verdict(Answer.NO_SUCH_MODEL, "no_such_model", pack.ref, facts)
    reading = read(inspection.serial, pack.recall.serial_format(product))
    known = Facts(
        colour=find_colour(pack.recall, product, inspection.colour),
        bought=inspection.bought,
        market=inspection.market.strip(),
    )
    outcome = pack.scopes[product.model].evaluate(reading.serial, known)
    answer, reason = _careful(outcome, reading)
    return Verdict(answer, reason, pack.ref, _facts(product, reading, known, outcome))


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
        sentence=reason.text,
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
    )


def find_product(recall: Recall, typed: str) -> Product | None:
    """Return the product of this model code; case, width and spaces do not matter."""
    if (exact := recall.product(typed)) is not None:
        return exact
    wanted = _folded(typed)
    return next((each for each in recall.products if _folded(each.model) == wanted), None)


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
    if not (wanted := _folded(given)):
        return ""
    spelled = {_folded(variant.code): variant.colour for variant in product.variants}
    spelled |= {_folded(colour): colour for colour in colours_of(recall, product)}
    return spelled.get(wanted, "")


def _careful(outcome: Outcome, reading: Reading) -> tuple[Answer, str]:
    """Turn a "no" or a question that rests on a doubtful serial into the question about it."""
    if outcome.answer is Answer.AFFECTED:
        return outcome.answer, outcome.reason
    if reading.problem is not None and reading.problem != EMPTY:
        return Answer.ASK, reading.problem
    if outcome.answer is Answer.NOT_AFFECTED and reading.repaired:
        return Answer.ASK, "repair_changes_answer"
    return outcome.answer, outcome.reason


def _facts(product: Product, reading: Reading, known: Facts, outcome: Outcome) -> Mapping[str, str]:
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
    }
    return {name: value for name, value in facts.items() if value}


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
    if bought := facts.get("bought_on"):
        facts["bought_on"] = spoken_date(date.fromisoformat(bought), language)
    return facts | {
        "product": say(product.name, language) if product else "",
        "company": say(recall.company, language),
        "phone": recall.phone,
        "phone_hours": say(recall.phone_hours, language),
        "date": spoken_date(_local(pack.published_at, recall.market).date(), language),
        "edition": str(verdict.edition.number),
    }


def spoken_date(day: date, language: str) -> str:
    """Return a day as people write it in a language."""
    if language in ("ja", "zh-Hans"):
        return f"{day.year}年{day.month}月{day.day}日"
    months = "January February March April May June July August September October November December"
    return f"{day.day} {months.split()[day.month - 1]} {day.year}"


def _local(moment: datetime, market: str) -> datetime:
    """Return a time on the clocks of the recall's market (those without summer time; else UTC)."""
    hours = _MARKET_HOURS.get(market.lower())
    return moment.astimezone(UTC if hours is None else timezone(timedelta(hours=hours)))


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
