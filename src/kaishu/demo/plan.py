"""Who files when in the demo's past: drawn once, always the same for the same day and count.

Most owners come in along the real curve of the first hundred days, some later. Nobody here exists.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kaishu.demo.curve import LAST_DAY, Curve, curves
from kaishu.demo.lives import CN, JP
from kaishu.demo.masses import Arrived

# How old cases ended; the rest came in and was paid for.
ENDS = (("refused", 0.05), ("withdrawn", 0.04), ("lost", 0.03), ("wrong_item", 0.02))
IN_TIME = 0.8  # the share that comes in within the first hundred days
CN_REMEDIES = ("refund", "coupon", "upgrade")
QUIET = 60  # the last days belong to the cases that are still open


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLife:
    """One case of long ago, with the days on which it was filed and its parcel came."""

    number: int
    recall: str
    model: str
    remedy: str
    filed_at: datetime
    arrives_at: datetime
    end: str


def past_lives(*, count: int, announced: Mapping[str, date], now: datetime) -> list[PastLife]:
    """Return the cases of the past, the first filed first."""
    dice = random.Random(f"demo {count}")  # noqa: S311 (a story, not a secret)
    known = {slug: curves(slug) for slug in (JP, CN)}
    found = [
        life
        for number in range(count)
        if (life := _life(number, JP if number % 9 < 5 else CN, known, announced, now, dice))
    ]
    return sorted(found, key=lambda life: life.filed_at)


def arrived(lives: Sequence[PastLife], slug: str, announced: date) -> Arrived:
    """Count the units that these cases bring in, by day of the recall and model."""
    came: Arrived = Counter()
    for life in lives:
        if life.recall == slug and life.end == "paid":
            came[(life.arrives_at.date() - announced).days, life.model] += 1
    return came


def _life(
    number: int,
    slug: str,
    known: Mapping[str, Mapping[str, Curve]],
    announced: Mapping[str, date],
    now: datetime,
    dice: random.Random,
) -> PastLife | None:
    models = known[slug]
    model = dice.choices(list(models), [curve.units for curve in models.values()])[0]
    start = datetime.combine(announced[slug], datetime.min.time(), tzinfo=now.tzinfo)
    last = (now - timedelta(days=QUIET) - start).days
    if dice.random() < IN_TIME:
        day = _day(models[model], dice)
    else:
        day = LAST_DAY + 1 + int((last - LAST_DAY - 1) * dice.random() ** 2)
    arrives = start + timedelta(days=day, hours=1 + 9 * dice.random())
    filed = arrives - timedelta(days=min(day - 1.5, 8 + 8 * dice.random()))
    if arrives > now - timedelta(days=QUIET):
        return None
    roll, end = dice.random(), "paid"
    for name, share in ENDS:
        roll -= share
        if roll < 0:
            end = name
            break
    remedy = CN_REMEDIES[number % 3] if slug == CN else f"replace-{model.lower()}"
    return PastLife(
        number=number,
        recall=slug,
        model=model,
        remedy=remedy,
        filed_at=filed,
        arrives_at=arrives,
        end=end,
    )


def _day(curve: Curve, dice: random.Random) -> int:
    """Draw a day of the first hundred so that many of them follow the curve."""
    wanted = dice.uniform(curve.by(4), curve.by(LAST_DAY))
    return next(day for day in range(5, LAST_DAY + 1) if curve.by(day) >= wanted)
