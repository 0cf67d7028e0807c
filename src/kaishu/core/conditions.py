"""Whether the conditions of a rule hold for what is known of a unit.

Each condition is one small function that says yes, no or "nobody knows", with the reason code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from kaishu.core.dates import Made, Month
from kaishu.core.recall import Conditions, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a unit besides its serial; an empty field is not known.

    `variant` is a SKU and `channel` a code of the recall; `label` a word of `recall.Label`.
    `made_on` may be a month, where the label prints no day.
    """

    colour: str = ""
    bought: date | None = None
    market: str = ""
    channel: str = ""
    variant: str = ""
    batch: str = ""
    made_on: Made | None = None
    label: str = ""


class Holds(Enum):
    """Yes, no, or nobody knows yet."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


Weighed = tuple[Holds, str]
CERTAIN: Weighed = (Holds.YES, "")
NO_CONDITIONS = Conditions()


def weigh(when: Conditions, facts: Facts) -> Weighed:
    """Say whether conditions hold, with the reason where they do not or nobody knows.

    One condition that certainly fails decides, whatever else is unknown.
    """
    if when == NO_CONDITIONS:
        return CERTAIN
    unknown = CERTAIN
    for each in ORDER:
        weighed = each(when, facts)
        if weighed[0] is Holds.NO:
            return weighed
        if weighed[0] is Holds.UNKNOWN and unknown is CERTAIN:
            unknown = weighed
    return unknown


def _colour(when: Conditions, facts: Facts) -> Weighed:
    only, but = when.colours, when.not_colours
    return _among(facts.colour, only, but, "need_colour", "colour_excluded")


def _variant(when: Conditions, facts: Facts) -> Weighed:
    only, but = when.variants, when.not_variants
    return _among(facts.variant, only, but, "need_variant", "variant_excluded")


def _channel(when: Conditions, facts: Facts) -> Weighed:
    only, but = when.channels, when.not_channels
    return _among(facts.channel, only, but, "need_channel", "channel_excluded")


def _batch(when: Conditions, facts: Facts) -> Weighed:
    return _among(facts.batch, when.batches, (), "need_batch", "batch_excluded")


def _bought(when: Conditions, facts: Facts) -> Weighed:
    if when.bought_from is None and when.bought_to is None:
        return CERTAIN
    if facts.bought is None:
        return Holds.UNKNOWN, "need_bought_on"
    window = Window(start=when.bought_from, end=when.bought_to)
    return CERTAIN if is_within(facts.bought, window) else (Holds.NO, "bought_outside")


def _made(when: Conditions, facts: Facts) -> Weighed:
    if not when.made:
        return CERTAIN
    if facts.made_on is None:
        return Holds.UNKNOWN, "need_made_on"
    days = facts.made_on.days() if isinstance(facts.made_on, Month) else (facts.made_on,)
    inside = {any(is_within(day, window) for window in when.made) for day in days}
    if len(inside) == 2:  # some days of the month are in a window, and nobody knows which day it is
        return Holds.UNKNOWN, "need_made_on"
    return CERTAIN if True in inside else (Holds.NO, "made_outside")


def _market(when: Conditions, facts: Facts) -> Weighed:
    lower = tuple(market.lower() for market in when.markets)
    return _among(facts.market.lower(), lower, (), "need_market", "market_excluded")


# In the order in which an owner is asked: what they can see, then what they must look up.
ORDER: tuple[Callable[[Conditions, Facts], Weighed], ...] = (
    _colour,
    _variant,
    _batch,
    _made,
    _channel,
    _bought,
    _market,
)


def is_within(day: date, window: Window) -> bool:
    """Say whether a day lies in a window, both ends included."""
    return not (window.start and day < window.start) and not (window.end and day > window.end)


def _among(
    known: str, only: tuple[str, ...], but: tuple[str, ...], need: str, excluded: str
) -> Weighed:
    if not only and not but:
        return CERTAIN
    if not known:
        return Holds.UNKNOWN, need
    kept = (not only or known in only) and known not in but
    return CERTAIN if kept else (Holds.NO, excluded)
