"""The geometry of a chart: days to the right, a whole number upwards from zero; no drawing.

A template draws what stands here as SVG, so that a chart prints, has words in the language in
force, and takes its colours from the stylesheet. Coordinates are rounded to a tenth of a unit:
finer is not seen and only makes the page heavier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

STEPS = (1, 2, 5)  # an axis counts in these, times a power of ten
TOPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8)  # and ends at one of these
MOST_MARKS = 8


@dataclass(frozen=True, slots=True)
class Frame:
    """The plotted rectangle in the drawing's units, and what its edges mean."""

    left: float
    top: float
    right: float
    bottom: float
    first: date
    last: date
    highest: float

    def x(self, day: date) -> float:
        """Return where a day stands."""
        span = max((self.last - self.first).days, 1)
        return round(self.left + (self.right - self.left) * (day - self.first).days / span, 1)

    def y(self, value: float) -> float:
        """Return where a value stands; above the highest is cut off there."""
        share = min(max(value, 0) / self.highest, 1) if self.highest else 0
        return round(self.bottom - (self.bottom - self.top) * share, 1)


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of the grid: where it is and what it says."""

    at: float
    value: float
    day: date | None = None


def frame(
    *,
    first: date,
    last: date,
    highest: float,
    width: float = 720,
    height: float = 260,
    margins: tuple[float, float, float, float] = (12, 128, 26, 64),
) -> Frame:
    """Return a frame of this size; `margins` are top, right, bottom, left as in CSS."""
    top, right, bottom, left = margins
    return Frame(left, top, width - right, height - bottom, first, last, highest)


def rounded_up(highest: float) -> float:
    """Return the next number to count in: 1, 2 or 5 times a power of ten."""
    return _next(highest, STEPS)


def top(highest: float) -> float:
    """Return the next number that an axis may end at without leaving much of it empty."""
    return _next(highest, TOPS)


def _next(highest: float, steps: Sequence[float]) -> float:
    if highest <= 0:
        return 1
    power = 1.0
    while power * 10 <= highest:
        power *= 10
    while power > highest:
        power /= 10
    return next(step * power for step in (*steps, 10) if step * power >= highest * 0.999999)


def heights(frame: Frame, *, marks: int = 4) -> list[Mark]:
    """Return the lines of the grid from zero to the highest value, in round steps."""
    step = rounded_up(frame.highest / marks)
    found, value = [], 0.0
    while value <= frame.highest * 1.000001:
        found.append(Mark(frame.y(value), value))
        value += step
    return found


def days(frame: Frame, *, marks: int = 6) -> list[Mark]:
    """Return evenly spaced days with the first; the last one stands for itself at the edge."""
    span = max((frame.last - frame.first).days, 1)
    step = max(1, -(-span // min(marks, MOST_MARKS)))
    found = []
    for passed in range(0, span + 1, step):
        day = frame.first + timedelta(days=passed)
        found.append(Mark(frame.x(day), passed, day))
    return found


def line(frame: Frame, points: Sequence[tuple[date, float]]) -> str:
    """Return the path of a line through the points."""
    steps = [f"{frame.x(day)},{frame.y(value)}" for day, value in points]
    return f"M{' '.join(steps)}" if steps else ""


def area(frame: Frame, days: Sequence[date], lows: Sequence[float], highs: Sequence[float]) -> str:
    """Return the closed path between two lines over the same days."""
    over = [f"{frame.x(day)},{frame.y(value)}" for day, value in zip(days, highs, strict=True)]
    under = [f"{frame.x(day)},{frame.y(value)}" for day, value in zip(days, lows, strict=True)]
    return f"M{' '.join([*over, *reversed(under)])}Z" if over else ""


def apart(wanted: Sequence[float], *, gap: float, top: float, bottom: float) -> list[float]:
    """Return heights for labels near the wanted ones, at least `gap` apart, in the same order."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = [0.0] * len(wanted)
    floor = top
    for index in order:
        placed[index] = max(wanted[index], floor)
        floor = placed[index] + gap
    ceiling = bottom
    for index in reversed(order):
        placed[index] = round(min(placed[index], ceiling), 1)
        ceiling = placed[index] - gap
    return placed


def thinned(count: int, most: int) -> list[int]:
    """Return at most so many of the numbers 0..count-1, evenly, with the first and the last."""
    if count <= most:
        return list(range(count))
    return sorted({round(step * (count - 1) / (most - 1)) for step in range(most)})
