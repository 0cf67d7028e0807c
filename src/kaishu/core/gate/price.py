"""What one look costs, from what was counted before it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kaishu.core.gate.values import House

STEEP = 1.5
HIGHEST_LEVEL = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The looks before this one, each in its own time."""

    share: int  # of this subnet in this range today
    pressure: int  # of all subnets in this range today, beyond what a family looks
    subnets: int  # how many subnets looked into this range today
    run: int  # in this run of consecutive serials today
    visitor: int  # of this visitor in this hour
    subnet: int  # of this subnet in this hour
    rate: int  # of everybody in this minute


@dataclass(frozen=True, slots=True)
class Price:
    """What one look costs and why; whether it presses on its range; whether that is pressed."""

    effort: int
    reason: str
    presses: bool
    pressed: bool


def price(counts: Counts, house: House) -> Price:
    """Return what a look costs.

    No single count makes it dear for everybody. Beyond its free share a subnet pays the first
    price; it doubles slowly with the subnet's own looks in this range, and quickly once *all*
    subnets together have used up the range's pool. A crowd raises the pool: it comes from many
    subnets, which a script has not.
    """
    crowd = max(1.0, counts.subnets / house.crowd) ** STEEP
    run = counts.run >= house.run * crowd
    if run or counts.share >= house.free:
        level = (counts.pressure - house.pool * crowd) / (house.step * crowd)
        own = counts.share - house.family
        doubled = min(HIGHEST_LEVEL, max(0.0, level) + max(0, own) / house.own)
        effort = round(min(house.most, house.first * 2**doubled))
        presses = run if own < 0 else _weight(own + 1, house) > _weight(own, house)
        return Price(effort, "run" if run else "share", presses, level > 0)
    for count, most, effort, reason in (
        (counts.visitor, house.visitor, house.first, "visitor"),
        (counts.subnet, house.subnet, house.first, "subnet"),
        (counts.rate, house.rate, max(1, house.first // 2), "rate"),
    ):
        if count >= most:
            return Price(effort, reason, presses=False, pressed=False)
    return Price(0, "free", presses=False, pressed=False)


def _weight(looks: int, house: House) -> int:
    """Return how much so many looks of one subnet press: an office less than many subnets."""
    return int(house.weight * math.log1p(looks / house.weight)) if looks > 1 else looks
