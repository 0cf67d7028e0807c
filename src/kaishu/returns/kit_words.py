"""The words of the kit letter in the language in force: what to do, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _

from kaishu import base
from kaishu.paper.kit_letter import Step

DRAWINGS = Path(base.__file__ or "").parent / "static" / "kaishu" / "packing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The texts around the steps; `label` stands over the address that the unit goes to."""

    title: str
    intro: str
    steps: tuple[Step, ...]
    stop_title: str
    stop: str
    label: str


def by_post(phone: str) -> Words:
    """Return how an owner packs an intact unit, in the seven drawn steps."""
    return Words(
        title=_("Send your product back in this bag"),
        intro=_("It costs you nothing and takes about ten minutes. Do not use or charge it again."),
        steps=(
            _step("look", _("Look at it. Swollen, hot or leaking? Stop here and call us.")),
            _step("unplug", _("Switch it off. Pull out every cable.")),
            _step("tape", _("Cover openings and metal parts with sticky tape.")),
            _step("one-bag", _("Put only this one product into the inner bag: no cable, no box.")),
            _step("close", _("Press the bag shut over its whole width.")),
            _step("label", _("Put it into the outer bag. Stick the slip below on the outside.")),
            _step("hand-over", _("Hand it over at a counter. Never take it on a plane.")),
        ),
        stop_title=_("Stop, and call us"),
        stop=_("If it swells, gets hot, leaks, smells or got wet: do not pack it. Call %(phone)s.")
        % {"phone": phone},
        label=_("Return to"),
    )


def by_pickup(phone: str) -> Words:
    """Return how an owner waits for the carrier that fetches a unit which must not be posted."""
    return Words(
        title=_("Do not send this battery. We fetch it."),
        intro=_("A carrier for dangerous goods comes to you and packs it. It costs you nothing."),
        steps=(
            _step("keep-away", _("Leave it where it is. Do not touch, charge or open it.")),
            _step("clear", _("Only if it is safe: take away things nearby that burn easily.")),
            _step("call", _("We call you and agree on a day. You need not do anything before.")),
            _step("fetch", _("The carrier packs it. Please show this sheet at the door.")),
        ),
        stop_title=_("Smoke, fire, hissing?"),
        stop=_("Leave the room, close the door, call the fire brigade. Then call us: %(phone)s.")
        % {"phone": phone},
        label=_("For the carrier: dangerous unit"),
    )


def frame() -> Mapping[str, str]:
    """Return the small words of every page."""
    return {
        "reference_label": _("Your reference number"),
        "cut": _("Cut here. Stick this part on the outer bag."),
        "code_label": _("For our depot"),
    }


@cache
def drawing(name: str) -> str:
    """Return a line drawing as SVG source; the pages show the same files."""
    return (DRAWINGS / f"{name}.svg").read_text(encoding="utf-8")


def _step(name: str, words: str) -> Step:
    return Step(words=words, drawing=drawing(name))
