"""What an owner reads under each stage: what happens next, who acts, and by when.

A stage without a date says so. The test walks every stage: none may lack one of the three.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from kaishu.base import language
from kaishu.core.recall import Remedy, say
from kaishu.core.stage import Actor, Stage, StageCode


@dataclass(frozen=True, slots=True)
class NextStep:
    """Three plain sentences."""

    what: str
    who: str
    by: str


def next_step(stage: Stage, remedy: Remedy | None) -> NextStep:
    """Return what to say of a stage in the language in force."""
    return NextStep(_what(stage.code), _who(stage.waiting_on), _by(stage, remedy))


def _what(code: StageCode) -> str:
    return {
        StageCode.IN_REVIEW: _(
            "A person reads your claim and looks at your photos. You need to do nothing now."
        ),
        StageCode.CONTESTED: _(
            "A person compares this serial number and your photos with our records. Please keep "
            "the product and its label."
        ),
        StageCode.QUESTION: _(
            "Please answer our question. Call us and read out your reference number."
        ),
        StageCode.REFUSED: _(
            "Do you see it differently? Call us. A person who did not decide the first time will "
            "look again."
        ),
        StageCode.WITHDRAWN: _(
            "Nothing more happens with this product. You can claim again at any time."
        ),
        StageCode.KIT_DUE: _(
            "We accepted your claim. We are getting the return bag ready for the post."
        ),
        StageCode.KIT_SENT: _(
            "When the return bag is there, pack the product as the sheet shows and give it to the "
            "carrier. It costs you nothing."
        ),
        StageCode.PARCEL_ON_WAY: _(
            "The carrier brings your product to us. You need to do nothing now."
        ),
        StageCode.PARCEL_LOST: _(
            "The carrier cannot find your parcel. That is not your fault. We will contact you."
        ),
        StageCode.COLLECTED: _("We have your product. We are getting ready what we owe you."),
        StageCode.REMEDY_SENT: _("We sent what we owe you. Please tell us if it does not arrive."),
        StageCode.DONE: _("Everything is done. Thank you for your help in keeping people safe."),
    }[code]


def _who(actor: Actor) -> str:
    return {
        Actor.OWNER: _("you"),
        Actor.US: _("we"),
        Actor.CARRIER: _("the carrier"),
        Actor.NOBODY: _("nobody, nothing is open"),
    }[actor]


def _by(stage: Stage, remedy: Remedy | None) -> str:
    if stage.waiting_on is Actor.NOBODY:
        return _("nothing is open")
    if stage.waiting_on is Actor.OWNER:
        return _(
            "when you can. There is no last day, but the product is not safe to keep for long."
        )
    if remedy is None:
        return _("We have no date yet. This page will show it.")
    how_long = say(remedy.how_long, language.tag())
    return _("We have no fixed date yet. %(how_long)s") % {"how_long": how_long}
