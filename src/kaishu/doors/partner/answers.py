"""What the bench says to one scan: a tone, a word, a sentence, and the buttons that may follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from kaishu.base import language, words
from kaishu.claims.models import ClaimUnit
from kaishu.core.asking import DO_NOT_KNOW, Question, questions
from kaishu.core.errors import Refusal
from kaishu.core.recall import say
from kaishu.core.sentences import sentence
from kaishu.doors.partner.labels import label
from kaishu.editions import queries as editions
from kaishu.returns.errors import FoundFactNeeded
from kaishu.returns.found import NOTHING_SEEN
from kaishu.returns.queries import others_of_claim
from kaishu.returns.scans import Scanned
from kaishu.returns.seen import OTHER, Seen

TONES: Mapping[str, str] = {
    "ok": "ok",
    "swollen": "affected",
    "hot": "affected",
    "leaking": "affected",
    "wrong_item": "ask",
    "empty": "ask",
    "contested": "ask",
    "unknown": "ask",
}
# What is heard: one tone for done, two for look, three for stop.
SOUNDS: Mapping[str, str] = {"ok": "ok", "info": "attention", "ask": "attention"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """One thing to look at on the unit: `choices` are (value, words); none = it is typed."""

    field: str
    title: str
    where: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The band over the box. `counts` names which figure of the session it adds to."""

    tone: str
    headline: str
    text: str
    next: str
    counts: str
    typed: str = ""
    case_no: str = ""
    unit_no: int | None = None
    scan_id: int = 0
    hold_no: int | None = None
    incident: str = ""
    from_site: str = ""
    retry: Mapping[str, Any] = field(default_factory=dict)
    asks: Asks | None = None
    others: tuple[ClaimUnit, ...] = ()
    several: bool = False
    refused: bool = False

    @property
    def sound(self) -> str:
        """Return ok, attention or stop."""
        return SOUNDS.get(self.tone, "stop")


def of_scan(scanned: Scanned, names: Mapping[str, str], *, several: bool = False) -> Answer:
    """Return the answer to a scan that was recorded, now or before."""
    facts = {"site": names.get(scanned.site, scanned.site), "outcome": scanned.outcome}
    said = sentence(scanned.code, language.tag(), facts)
    word = label("outcome", scanned.outcome)
    others: tuple[ClaimUnit, ...] = ()
    if scanned.case_no and scanned.unit_no is not None:
        others = tuple(others_of_claim(case_no=scanned.case_no, unit_no=scanned.unit_no))
    return Answer(
        tone="info" if scanned.repeated else TONES[scanned.outcome],
        headline=_("Already scanned") if scanned.repeated else word,
        text=said.text,
        next=said.next,
        counts=_counted(scanned),
        case_no=scanned.case_no,
        unit_no=scanned.unit_no,
        scan_id=0 if scanned.repeated else scanned.scan_id,
        hold_no=scanned.stray_id,
        incident=scanned.incident,
        from_site=names.get(scanned.from_party, scanned.from_party),
        others=others,
        several=several,
    )


def of_refusal(
    refusal: Refusal,
    *,
    typed: str,
    outcome: str,
    names: Mapping[str, str],
    seen: Seen = NOTHING_SEEN,
) -> Answer:
    """Return the answer to a scan that was not recorded; some can be said again in one key."""
    facts = {**refusal.facts}
    if "site" in facts:
        facts["site"] = names.get(str(facts["site"]), facts["site"])
    said = sentence(refusal.code, language.tag(), facts)
    retry: dict[str, Any] = {}
    if refusal.code == "lies_elsewhere":
        retry = {"code": typed, "outcome": outcome, "transferred": "1"}
    if refusal.code == "serial_without_claim":
        retry = {"code": typed, "outcome": "unknown"}
    asks = None
    if isinstance(refusal, FoundFactNeeded):
        retry = {"code": typed, "outcome": "unknown", **seen.given(but=refusal.facts["fact"])}
        asks = asked_of(refusal)
    return Answer(
        tone="ask" if retry else "affected",
        headline=_("Not recorded yet") if retry else _("Not recorded"),
        text=said.text,
        next=said.next,
        counts="problems",
        typed=typed.strip()[:40],
        retry=retry,
        asks=asks,
        refused=True,
    )


def asked_of(needed: FoundFactNeeded) -> Asks:
    """Return what the bench is asked to look at, in the words of the check."""
    fact, tag = needed.facts["fact"], language.tag()
    if fact == "model":
        models = [each for each in needed.facts["models"].split(" / ") if each]
        others = ((OTHER, _("None of these")), (DO_NOT_KNOW, _("It cannot be seen")))
        named = tuple((each, each) for each in models)
        return Asks(field=fact, title=_("Which model is it?"), choices=(*named, *others))
    pack = editions.current_pack(needed.facts["recall"])
    product = pack.recall.product(needed.facts["model"])
    assert product is not None, "asked of a product of the recall"
    question = questions(pack, product)[fact]
    choices = tuple((code, _choice(question, code)) for code in question.choices)
    return Asks(
        field=fact,
        title=sentence(question.code, tag).text,
        where=say(question.where, tag) if question.where else "",
        choices=choices,
    )


def _choice(question: Question, code: str) -> str:
    if code == DO_NOT_KNOW:
        return _("It cannot be seen")
    name = question.names.get(code)
    return say(name, language.tag()) if name else words.word(code)


def _counted(scanned: Scanned) -> str:
    if scanned.repeated:
        return "doubles"
    return "scanned" if scanned.outcome == "ok" else "problems"
