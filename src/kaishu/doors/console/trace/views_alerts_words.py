"""What states, standings and closed words of letters about lots are called by staff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kaishu.base import language
from kaishu.base.desk import Problem, problem_of
from kaishu.core.errors import Refusal
from kaishu.core.lot_alert import COUNTS, OLD_COUNTS
from kaishu.core.sentences import sentence
from kaishu.supply.alerts.errors import AlertIncomplete
from kaishu.supply.alerts.known import Standing
from kaishu.supply.alerts.state import State, Word


def word(name: str, code: str) -> str:
    """Say a closed word of a letter: word("defect", "welding")."""
    return sentence(f"alert_{name}_{code}", language.tag()).text if code else "-"


def choices(name: str, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return codes with what they are called."""
    return [(code, word(name, code)) for code in codes]


def state(code: Word) -> tuple[str, str]:
    """Return what a state is called, and the tone of its chip."""
    return {
        Word.NOT_VERIFIED: (_("Not verified"), "ask"),
        Word.NEW: (pgettext("lot alert", "New"), "info"),
        Word.MATCHED: (_("We have some"), "affected"),
        Word.NONE_HERE: (_("None of it is here"), "ok"),
        Word.CANNOT_TELL: (_("None found, but nobody can be sure"), "ask"),
        Word.CHANGED: (_("Our answer is no longer right"), "affected"),
        Word.ANSWERED: (pgettext("lot alert", "Answered"), "ok"),
        Word.ISSUED: (_("Issued, no answer yet"), "info"),
        Word.WITHDRAWN: (pgettext("lot alert", "Withdrawn"), ""),
        Word.SUPERSEDED: (_("Replaced by a newer one"), ""),
    }[code]


def standing(code: Standing) -> tuple[str, str]:
    """Return how far a company is known, and the tone of its chip."""
    return {
        Standing.VERIFIED: (_("Key checked"), "ok"),
        Standing.KEY_CHANGED: (_("Another key than the one we know"), "affected"),
        Standing.KEY_ENDED: (_("Key no longer trusted"), "affected"),
        Standing.UNKNOWN: (_("Key not checked"), "ask"),
        Standing.OWN: (_("Our own"), ""),
    }[code]


def hits(found: State) -> str:
    """Say how much of a letter was found here: "2 of 3 lots; units: 48"."""
    if found.match is None:
        return ""
    counts = found.tally.counts
    units = counts["certain"] + counts["possible"]
    if not found.row.lots:
        return _("units: %(units)s") % {"units": f"{units:,}"}
    return _("%(lots)s of %(all)s lots; units: %(units)s") % {
        "lots": f"{counts['lots']:,}",
        "all": f"{found.row.lots:,}",
        "units": f"{units:,}",
    }


def problem(refusal: Refusal, control: str) -> Problem:
    """Return a refusal as a page tells it, with the field's own name where one is missing."""
    code = refusal.facts.get("field", "")
    if not isinstance(refusal, AlertIncomplete):
        return problem_of(refusal, control)
    names = {
        "defect": _("What is wrong"),
        "severity": _("Danger"),
        "act": pgettext("letter", "What to do now"),
        "contact": _("Whom to ask"),
        "item": _("Item"),
        "ids": _("Lots"),
        "reply_to": _("Address for answers"),
        "until": _("Made until"),
        "supersedes": _("Replaces letter number"),
        "name": _("Company"),
        "code": _("Its party code"),
        "step": _("Our answer"),
        "to": _("To whom"),
        "reason": _("Reason"),
    }
    controls = {"ids": "lots", "until": "made_until"}
    said = AlertIncomplete(field=names.get(code, code))
    return problem_of(said, f"id-{controls.get(code, code)}")


def figures(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the counts of a match or an answer with their names, in their order."""
    names = {
        "lots": _("lots of the letter that are ours"),
        "certain": _("units that certainly carry them"),
        "possible": _("units that possibly carry them"),
        "here": _("of these units, still with us"),
        "shipped": _("shipped on"),
        "not_known_where": _("not known where"),
        "units": _("serials of the letter that are ours"),
        "not_judged": _("units that no record lets us judge"),
    }
    told = [(code, counts.get(code, 0)) for code in COUNTS]
    return [
        {"code": code, "name": names[code], "number": number}
        for code, number in told
        if number or code in OLD_COUNTS
    ]


def opened(codes: Iterable[str]) -> list[dict[str, str]]:
    """Return why numbers may be too low, each with what to do."""
    said = [sentence(f"alert_open_{code}", language.tag()) for code in codes]
    return [{"text": each.text, "next": each.next} for each in said]


def direction(code: str) -> str:
    """Say which way a letter is passed on."""
    return {"suppliers": _("to suppliers"), "customers": _("to customers")}[code]


def passed_on(code: str) -> str:
    """Say that a letter was passed on, and which way."""
    said = {"suppliers": _("passed on to suppliers"), "customers": _("passed on to customers")}
    return said[code]
