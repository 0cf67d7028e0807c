"""What one look costs, from what was counted before it."""

from __future__ import annotations

from dataclasses import dataclass

from kaishu.core.gate.values import House

STEEP = 1.5
HIGHEST_LEVEL = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The looks before this one, each in its own time."""

    share: int  # of this subnet in this range today
    over: int  # of all subnets in this range today, beyond their free share
    subnets: int  # how many subnets looked into this range today
    run: int  # in this run of consecutive serials today
    visitor: int  # of this visitor in this hour
    subnet: int  # of this subnet in this hour
    rate: int  # of everybody in this minute


@dataclass(frozen=True, slots=True)
class Price:
    """What one look costs and why; whether it counts as over; whether its range is pressed."""

    effort: int
    reason: str
    over: bool
    pressed: bool


def price(counts: Counts, house: House) -> Price:
    """Return what a look costs.

    No single count makes it dear. A subnet's share costs the first price until *all* subnets
    together have used up the range's pool, then doubles with each step. A crowd raises the pool:
    it has many subnets, which a script has not.
    """
    crowd = max(1.0, counts.subnets / house.crowd) ** STEEP
    run = counts.run >= house.run * crowd
    over = run or counts.share >= house.free
    level = (counts.over - house.pool * crowd) / (house.step * crowd)
    pressed = over and level > 0
    if over:
        effort = house.first * 2 ** min(max(0.0, level), HIGHEST_LEVEL)
        return Price(round(min(house.most, effort)), "run" if run else "share", over, pressed)
    if counts.visitor >= house.visitor:
        return Price(house.first, "visitor", over, pressed)
    if counts.subnet >= house.subnet:
        return Price(house.first, "subnet", over, pressed)
    if counts.rate >= house.rate:
        return Price(max(1, house.first // 2), "rate", over, pressed)
    return Price(0, "free", over, pressed)
