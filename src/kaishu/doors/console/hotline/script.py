"""What the operator reads out, line by line, in the caller's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kaishu.base.words import word
from kaishu.claims import case_numbers
from kaishu.core.answer import AnswerPage, judge, tell
from kaishu.core.pack import Pack
from kaishu.core.recall import Recall, RuleKind, say
from kaishu.core.rule_words import rule_in_words
from kaishu.core.sentences import sentence
from kaishu.core.spelling import spell
from kaishu.core.triage import Route, triage
from kaishu.core.verdict import Answer, Verdict
from kaishu.core.words import WORDS
from kaishu.doors.console.hotline import call_form
from kaishu.doors.console.hotline.call_form import Said, Thing
from kaishu.people import consent


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to say. `kind` names the part of the call: danger, greeting, verdict …"""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What this edition says of one unit, for the page and for the caller."""

    verdict: Verdict
    told: AnswerPage


def hear(thing: Thing, tongue: str) -> Heard | None:
    """Judge one unit as the owner's pages do; None before there is a model."""
    if thing.pack is None or thing.product is None:
        return None
    verdict = judge(thing.pack, call_form.inspection(thing))
    return Heard(verdict, tell(thing.pack, verdict, tongue))


def before(said: Said, packs: Mapping[str, Pack]) -> tuple[Line, ...]:
    """Return the script of the call until the claim is sent; `danger` comes before it."""
    tongue = call_form.spoken(said)
    units = call_form.things(said, packs)
    pack = next((thing.pack for thing in units if thing.pack), None)
    pack = pack or next(iter(packs.values()), None)
    return (
        *_greeting(pack, tongue),
        *(line for thing in units for line in _unit(thing, tongue)),
        *_next([thing.get("condition") for thing in units], tongue),
        *_consent(pack, tongue),
    )


def danger(conditions: Sequence[str], tongue: str) -> tuple[Line, ...]:
    """Return what to say at once of units that may hurt somebody."""
    seen = dict.fromkeys(word for word in conditions if word and triage(word).dangerous)
    said = [sentence(f"triage_{word}", tongue) for word in seen]
    return tuple(Line("danger", _join((one.text, one.next), tongue)) for one in said)


def after(
    case_nos: Sequence[str], *, mailed: bool, conditions: Sequence[str], tongue: str
) -> tuple[Line, ...]:
    """Return the script once the claims are sent: the reference, what happens next, goodbye."""
    numbers = (spell(case_no, tongue) for case_no in case_nos)
    sent = "hotline_link_sent" if mailed else "hotline_nothing_sent"
    return (
        *danger(conditions, tongue),
        *(_say("reference", "hotline_reference", tongue, spelled=each) for each in numbers),
        _say("reference", sent, tongue),
        *_next(conditions, tongue),
        _say("goodbye", "hotline_goodbye", tongue),
    )


def sheet(pack: Pack, tongue: str) -> tuple[Line, ...]:
    """Return the script on paper: for the hour in which no page opens."""
    recall = pack.recall
    return (
        _say("danger", "triage_first", tongue),
        *_greeting(pack, tongue),
        Line(
            "verdict", _join((say(recall.stop_use, tongue), say(recall.keep_safe, tongue)), tongue)
        ),
        Line("verdict", say(recall.never, tongue)),
        Line("verdict", say(recall.flight, tongue)),
        _say("next", "hotline_next", tongue),
        *_consent(pack, tongue),
        _say("goodbye", "hotline_goodbye", tongue),
    )


def rules(pack: Pack, tongue: str) -> list[dict[str, object]]:
    """Return each rule in words for the operator; `listed`: no paper can hold its serials."""
    said = {code: word(code) for code in WORDS}
    return [
        {
            "model": rule.product,
            "text": rule_in_words(
                pack.recall, rule, tongue, units=pack.listed.get(rule.no, 0), words=said
            ),
            "listed": rule.kind in (RuleKind.LIST, RuleKind.LOOKUP),
        }
        for rule in pack.recall.rules
    ]


def stage_line(code: str, tongue: str) -> Line:
    """Return where a claim stands, as it is read out."""
    return _say("stage", f"hotline_stage_{code}", tongue)


def grouped(case_no: str) -> str:
    """Return a reference as it is read out from paper: in groups of four."""
    return case_numbers.group(case_no)


def consent_text(recall: Recall, tongue: str) -> str:
    """Return the words that a caller agrees to."""
    return say(consent.current("claim", recall.market).text, tongue)


def _greeting(pack: Pack | None, tongue: str) -> Iterator[Line]:
    if pack is not None:
        company = say(pack.recall.company, tongue)
        yield _say("greeting", "hotline_greeting", tongue, company=company)


def _unit(thing: Thing, tongue: str) -> Iterator[Line]:
    heard = hear(thing, tongue)
    if heard is None:
        return
    serial = heard.verdict.facts.get("serial", "")
    if serial:
        spelled = spell(serial, tongue)
        yield _say("serial", "hotline_serial_back", tongue, spelled=spelled)
    told = heard.told
    words = (told.headline, told.first, told.sentence, told.repaired)
    yield Line("verdict", _join([_ended(part, tongue) for part in words if part], tongue))
    if heard.verdict.answer is Answer.ASK and not serial:
        yield _say("verdict", "hotline_serial_unread", tongue)
    elif told.steps and heard.verdict.answer is Answer.AFFECTED:
        yield Line("verdict", _join((told.keep_safe, told.never), tongue))


def _next(conditions: Sequence[str], tongue: str) -> Iterator[Line]:
    known = [word for word in conditions if word]
    if not known:
        return
    special = any(triage(word).route is Route.SPECIAL for word in known)
    yield _say("next", "hotline_next_pickup" if special else "hotline_next", tongue)


def _consent(pack: Pack | None, tongue: str) -> Iterator[Line]:
    if pack is not None:
        asked = sentence("hotline_consent", tongue).text
        yield Line("consent", _join((asked, consent_text(pack.recall, tongue)), tongue))


def _join(parts: Sequence[str], tongue: str) -> str:
    """Return sentences one after the other, as the language writes them."""
    return (" " if tongue == "en" else "").join(part for part in parts if part)


def _ended(words: str, tongue: str) -> str:
    """Return words with the stop that a headline has not and a speaker needs."""
    if words.endswith((".", "。", "?", "？", "!", "！")):
        return words
    return words + ("." if tongue == "en" else "。")


def _say(kind: str, code: str, tongue: str, **facts: str) -> Line:
    return Line(kind, sentence(code, tongue, facts).text)
