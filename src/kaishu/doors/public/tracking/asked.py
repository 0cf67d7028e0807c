"""The reviewer's question as an owner meets it: what it is about, and which answer fits it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from kaishu.base import language
from kaishu.claims.views import UnitView
from kaishu.core.sentences import Sentence, sentence

# Reason -> what is asked about, and the kind of a photo that answers it ("" = no photo does).
_ABOUT = {
    "serial_photo_unclear": ("serial", "serial_photo"),
    "serial_needed": ("serial", "serial_photo"),
    "proof_needed": ("proof", "proof"),
    "order_amount_needed": ("amount", ""),
    "remedy_needed": ("remedy", ""),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: `asks` is serial, proof, amount, remedy or words."""

    asks: str
    photo: str
    sentence: Sentence

    @property
    def words(self) -> str:
        """The question on the page that is typed."""
        return {
            "serial": _("What is the serial number?"),
            "proof": _("When and where did you buy it?"),
            "amount": _("How much did you pay?"),
            "remedy": _("What would you like to receive?"),
        }.get(self.asks) or _("Can you tell us more?")

    @property
    def photo_words(self) -> str:
        """The question on the page that takes a photo."""
        if self.asks == "serial":
            return _("Can you take a photo of the serial number?")
        return _("Can you show us the receipt or the order?")


def of(unit: UnitView) -> Asked | None:
    """Return the newest question to the owner of a unit, answered or not."""
    found = next((d for d in reversed(unit.decisions) if d.kind == "asked"), None)
    if found is None:
        return None
    asks, photo = _ABOUT.get(found.reason, ("words", ""))
    return Asked(asks, photo, sentence(found.reason, language.tag(), found.facts))
