"""How far will this recall get, and by when: an answer with an honest band.

A recall's response is fast at first and dries up: so many of the units will ever come back (the
ceiling), half of those by some day, and the curve bends more or less sharply. Three numbers of a
Weibull curve say it. They are never known, least of all early, so nothing is *fitted*: every
combination of a grid is weighed by how well it explains what has been seen (and by a mild
expectation from recalls of the past), and the forecast is the spread of what the weighed
combinations say. Few points give a wide band; that is the honest answer and not a fault.

Pure: numpy only, no random numbers, the same input gives the same forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

FEWEST_POINTS = 1
MOST_POINTS = 40  # more are thinned out: the weights would only pretend to know more
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9  # four in five weighed curves lie between low and high

CEILINGS = np.linspace(0.02, 1.0, 50)
SCALES = np.geomspace(4, 700, 34)  # days until 63 % of those who will ever answer have answered
SHAPES = np.linspace(0.4, 2.4, 16)
# Owners answer in crowds (a broadcast, a mailing), so a stretch of days scatters far more than
# heads counted one by one would.
CROWDING = np.array([0.05, 0.15, 0.4])
NEGLIGIBLE = 1e-6  # of the best curve's weight: all such curves together move no figure
GRAIN = 0.002  # of the target: rounding of published figures, and days booked late


@dataclass(frozen=True, slots=True)
class Seen:
    """So many units were done by the end of this day after the start."""

    day: int
    done: int


@dataclass(frozen=True, slots=True)
class Band:
    """Of the target, the share done by a day: low, middle and high."""

    day: int
    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the seen days say about the days to come.

    `ceiling` is the band of the share that will ever be done. `reaches` is the band of days until
    the asked share is reached; None where that bound never reaches it. `chance` is the weight of
    the curves that reach it at all.
    """

    band: tuple[Band, ...]
    ceiling: Band
    share: float
    reaches: tuple[int | None, int | None, int | None]
    chance: float
    last_seen: int


class TooLittleToForecast(ValueError):
    """Nothing has been done yet, or the target is empty: there is no curve to continue."""


def forecast(
    seen: Sequence[Seen],
    *,
    target: int,
    days: Sequence[int],
    share: float = 0.9,
) -> Forecast:
    """Continue what was seen to the days asked for.

    `target` is the number of units to be done, `days` the days after the start that are wanted,
    `share` the share of the target whose day is asked for. What was done by the last seen day is
    known: no curve of the band starts below it.
    """
    points = _points(seen, target)
    weights, curves = _weigh(points, target)
    last, done = points[-1].day, points[-1].done / target
    band = tuple(_band_at(day, weights, curves, last, done) for day in sorted(set(days)))
    ceilings = np.maximum(_continued(np.inf, curves, last, done), done)
    low, middle, high = _quantiles(ceilings, weights)
    reached = ceilings >= share
    return Forecast(
        band=band,
        ceiling=Band(-1, low, middle, high),
        share=share,
        reaches=_days_to(share, weights, curves, last, done),
        chance=float(weights[reached].sum()),
        last_seen=last,
    )


@dataclass(frozen=True, slots=True)
class _Curves:
    """Every combination of the grid, as columns of the same length."""

    ceiling: Any
    scale: Any
    shape: Any

    def at(self, day: float) -> Any:
        """Return the share of the target that each curve has done by a day."""
        if np.isinf(day):
            return self.ceiling
        return self.ceiling * -np.expm1(-((day / self.scale) ** self.shape))

    def only(self, kept: Any) -> _Curves:
        """Return some of the curves."""
        return _Curves(self.ceiling[kept], self.scale[kept], self.shape[kept])


def _points(seen: Sequence[Seen], target: int) -> list[Seen]:
    """Return the seen points in order, thinned evenly, without those that say nothing."""
    points = sorted({point.day: point for point in seen if point.day > 0}.values(), key=_day)
    if target <= 0 or len(points) < FEWEST_POINTS or points[-1].done <= 0:
        raise TooLittleToForecast
    if len(points) > MOST_POINTS:
        kept = np.unique(np.linspace(0, len(points) - 1, MOST_POINTS).round().astype(int))
        points = [points[i] for i in kept]
    return points


def _day(point: Seen) -> int:
    return point.day


def _weigh(points: Sequence[Seen], target: int) -> tuple[Any, _Curves]:
    """Return a weight for each combination of the grid; the weights sum to one."""
    mesh = np.meshgrid(CEILINGS, SCALES, SHAPES, indexing="ij")
    curves = _Curves(*(axis.ravel() for axis in mesh))
    prior = _expected(curves)
    days = [0, *(point.day for point in points)]
    shares = [0.0, *(point.done / target for point in points)]
    at = [np.zeros_like(curves.ceiling), *(_all_at(day) for day in days[1:])]
    parts = []
    for crowding in CROWDING:
        log = prior.copy()
        for i in range(1, len(days)):
            expected, grown = at[i] - at[i - 1], shares[i] - shares[i - 1]
            variance = expected / target + (crowding * expected) ** 2 + GRAIN**2
            log -= 0.5 * ((grown - expected) ** 2 / variance + np.log(variance))
        parts.append(log)
    logs = np.logaddexp.reduce(parts)
    weights = np.exp(logs - logs.max())
    kept = weights > NEGLIGIBLE
    weights, curves = weights[kept], curves.only(kept)
    return weights / weights.sum(), curves


def _all_at(day: int) -> Any:
    """Return what every curve of the whole grid says by a day; the ceiling is but a factor."""
    bent = -np.expm1(-((day / SCALES[:, None]) ** SHAPES[None, :]))
    return (CEILINGS[:, None, None] * bent[None, :, :]).ravel()


def _expected(curves: _Curves) -> Any:
    """Return how plausible each curve is before anything was seen, as a logarithm.

    Mild: recalls of batteries known to us took weeks to months, and their curves bend about as
    an exponential does. Any ceiling is as likely as any other: they ended everywhere.
    """
    scale = -0.5 * (np.log(curves.scale / 70) / 1.2) ** 2
    shape = -0.5 * ((curves.shape - 1.0) / 0.45) ** 2
    return scale + shape


def _continued(day: float, curves: _Curves, last: int, done: float) -> Any:
    """Return what each curve says by a day, continued from what is known to be done.

    What a curve still has to give after the last seen day is added to what was seen: a curve that
    stood a little too low or high there does not jump.
    """
    return np.minimum(done + np.maximum(curves.at(day) - curves.at(last), 0), 1.0)


def _band_at(day: int, weights: Any, curves: _Curves, last: int, done: float) -> Band:
    if day == last:
        return Band(day, done, done, done)
    if day < last:
        return Band(day, *_quantiles(np.minimum(curves.at(day), 1.0), weights))
    return Band(day, *_quantiles(_continued(day, curves, last, done), weights))


def _quantiles(values: Any, weights: Any) -> tuple[float, float, float]:
    order = np.argsort(values, kind="stable")
    heaped = np.cumsum(weights[order])
    picked = np.searchsorted(heaped, (LOW, MIDDLE, HIGH))
    low, middle, high = values[order][np.minimum(picked, len(values) - 1)]
    return float(low), float(middle), float(high)


def _days_to(
    share: float, weights: Any, curves: _Curves, last: int, done: float
) -> tuple[int | None, int | None, int | None]:
    """Return the day on which the share is reached: early, middle, late."""
    if done >= share:
        return (last, last, last)
    missing = share - done
    need = np.minimum(curves.at(last) + missing, 2.0)
    left = 1 - need / curves.ceiling
    with np.errstate(divide="ignore", invalid="ignore"):
        days = np.where(left > 0, curves.scale * (-np.log(left)) ** (1 / curves.shape), np.inf)
    early, middle, late = _quantiles(days, weights)
    return _whole(early), _whole(middle), _whole(late)


def _whole(days: float) -> int | None:
    return None if np.isinf(days) or np.isnan(days) else int(np.ceil(days))
