"""What an owner reads under each stage: what happens next, who acts, and by when.

A stage without a date says so. A test walks every stage in every language: none may lack one of
the three. A unit that must not be posted has words of its own: nobody is told to pack it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from django.utils.translation import gettext as _

from kaishu.base import language, words
from kaishu.core.recall import Remedy, say
from kaishu.core.stage import Actor, Stage, StageCode
from kaishu.doors.public.tracking.dates import Promised


@dataclass(frozen=True, slots=True)
class NextStep:
    """Three plain sentences; `late` where we did not keep our date."""

    what: str
    who: str
    by: str
    late: bool = False


def next_step(
    stage: Stage,
    remedy: Remedy | None,
    *,
    promised: Promised | None = None,
    special: bool = False,
    phone: str = "",
) -> NextStep:
    """Return what to say of a stage in the language in force."""
    what = (_special_what().get(stage.code) if special else None) or _what()[stage.code]
    late = promised is not None and promised.late
    return NextStep(what, _who(stage.waiting_on), _by(stage, remedy, promised, phone), late)


def headline(code: StageCode, *, special: bool = False) -> str:
    """Return the few words that name a stage."""
    return (_special_heads().get(code) if special else None) or words.word(f"owner.{code}")


def day_words(day: date) -> str:
    """Say a day in the words of the language."""
    return format_date(day, format="long", locale=words.locale())


def _what() -> dict[StageCode, str]:
    return {
        StageCode.IN_REVIEW: _(
            "A person reads your claim and looks at your photos. You need to do nothing now."
        ),
        StageCode.CONTESTED: _(
            "A person compares this serial number and your photos with our records. Please keep "
            "the product and its label."
        ),
        StageCode.QUESTION: _("Please answer our question. Then we go on with your claim."),
        StageCode.REFUSED: _(
            "Do you see it differently? Tell us why. A person who did not decide the first time "
            "looks again."
        ),
        StageCode.WITHDRAWN: _(
            "Nothing more happens with this product. You can take the claim up again at any time."
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
    }


def _special_what() -> dict[StageCode, str]:
    return {
        StageCode.KIT_DUE: _(
            "We accepted your claim. This battery must not go by post. A carrier for dangerous "
            "goods fetches it. We first ask you which day suits you."
        ),
        StageCode.KIT_SENT: _(
            "A carrier for dangerous goods comes to you and packs it. Do not pack or move it "
            "yourself. It costs you nothing."
        ),
    }


def _special_heads() -> dict[StageCode, str]:
    return {
        StageCode.KIT_DUE: _("We are arranging the pick-up"),
        StageCode.KIT_SENT: _("A carrier comes to fetch it"),
    }


def _who(actor: Actor) -> str:
    return {
        Actor.OWNER: _("you"),
        Actor.US: _("we"),
        Actor.CARRIER: _("the carrier"),
        Actor.NOBODY: _("nobody, nothing is open"),
    }[actor]


def _by(stage: Stage, remedy: Remedy | None, promised: Promised | None, phone: str) -> str:
    if stage.waiting_on is Actor.NOBODY:
        return _("nothing is open")
    if stage.waiting_on is Actor.OWNER:
        return _(
            "when you can. There is no last day, but the product is not safe to keep for long."
        )
    if promised is not None:
        return _dated(promised, phone)
    if remedy is None:
        return _("We have no date yet. This page will show it.")
    how_long = say(remedy.how_long, language.tag())
    return _("We have no fixed date yet. %(how_long)s") % {"how_long": how_long}


def _dated(promised: Promised, phone: str) -> str:
    day = day_words(promised.day)
    if not promised.late:
        return _("by %(day)s at the latest") % {"day": day}
    return _(
        "We promised %(day)s and we are late. We are sorry. You keep your place and need to do "
        "nothing. If you want to know more, call %(phone)s."
    ) % {"day": day, "phone": phone}
