"""The words of the flight pages: questions, choices with their drawings, three headlines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from kaishu.core.travel import Permission

_DRAWINGS = "kaishu/fly/"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to a question; `picture` is the static path of its drawing, or empty."""

    value: str
    word: Promise
    picture: str = ""


CHOICES: Mapping[str, tuple[Choice, ...]] = {
    "route": (
        Choice("cn_domestic", gettext_lazy("Within China (mainland)")),
        Choice("jp", gettext_lazy("Within Japan")),
        Choice("international", gettext_lazy("Between countries")),
    ),
    "unit": (
        Choice("affected", gettext_lazy("The check said that it is being recalled")),
        Choice("not_affected", gettext_lazy("The check said that it is not part of the recall")),
        Choice("unknown", gettext_lazy("I have not checked it")),
    ),
    "mark": (
        Choice(
            "clear",
            gettext_lazy("It has the mark, and I can read it well"),
            _DRAWINGS + "mark-clear.svg",
        ),
        Choice(
            "unclear",
            gettext_lazy("The mark is worn, blurred or half gone"),
            _DRAWINGS + "mark-unclear.svg",
        ),
        Choice(
            "none",
            gettext_lazy("There is no CCC mark, only others such as CE"),
            _DRAWINGS + "mark-none.svg",
        ),
        Choice("unknown", gettext_lazy("I cannot look at it now")),
    ),
    "condition": (
        Choice("intact", gettext_lazy("It looks and feels as always")),
        Choice("swollen", gettext_lazy("It is swollen or bent")),
        Choice("damaged", gettext_lazy("It is cracked or dented")),
        Choice("leaking", gettext_lazy("Something leaks out of it")),
        Choice("wet", gettext_lazy("It got wet")),
        Choice("hot", gettext_lazy("It gets hot, smells or smokes")),
        Choice("unknown", gettext_lazy("I am not sure")),
    ),
}


def question(step: str) -> str:
    """Return the one question of a page."""
    return {
        "route": gettext("Where will you fly?"),
        "on": gettext("On which day do you fly?"),
        "model": gettext("Which battery will you take?"),
        "unit": gettext("What did the check say about yours?"),
        "mark": gettext("Is there a CCC mark on it?"),
        "energy": gettext("How much energy does it hold?"),
        "condition": gettext("How does it look and feel now?"),
    }[step]


def choice_word(step: str, value: str) -> str:
    """Return an answer in words; empty for one that is not on the list."""
    return next((str(each.word) for each in CHOICES[step] if each.value == value), "")


def headline(answer: Permission) -> str:
    """Return the answer that can be read at arm's length."""
    return {
        Permission.YES: gettext("Yes, in your hand baggage"),
        Permission.ASK_AIRLINE: gettext("Ask your airline before you fly"),
        Permission.NO: gettext("No, do not take it on the plane"),
    }[answer]
