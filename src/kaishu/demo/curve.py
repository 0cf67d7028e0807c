"""The response curves of the demo's recalls: published points as data, drawn lines between them.

A point says how many per cent of a model had come in on a day, with its source. Between the
points runs 1 - exp(-day / pace), scaled to meet them exactly; that part is ours.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kaishu.demo.serials import COUNTS, RECALLS

LAST_DAY = 100


@dataclass(frozen=True, slots=True)
class Point:
    """What somebody published: `rates` in per cent by model."""

    day: int
    as_of: date
    rates: Mapping[str, float]
    source: str


@dataclass(frozen=True, slots=True)
class Curve:
    """One model's way: how many of its units had come in by the end of a day."""

    units: int
    pace: float
    points: tuple[tuple[int, float], ...]

    def by(self, day: int) -> int:
        """Return the units that had come in by the end of a day; day 0 is the announcement."""
        if day <= 0:
            return 0
        before, after = (0, 0.0), self.points[-1]
        for point in self.points:
            if point[0] >= day:
                after = point
                break
            before = point
        if day > after[0]:  # past the last point: on along the same line
            before = (0, 0.0) if len(self.points) == 1 else self.points[-2]
        span = self._drawn(after[0]) - self._drawn(before[0])
        share = (self._drawn(day) - self._drawn(before[0])) / span
        return round(self.units * (before[1] + (after[1] - before[1]) * share) / 100)

    def _drawn(self, day: int) -> float:
        return 1 - math.exp(-day / self.pace)


def points(slug: str, folder: Path = RECALLS) -> tuple[Point, ...]:
    """Return the published points of a demo recall."""
    models = COUNTS[slug]
    return tuple(
        Point(
            day=row["day"],
            as_of=row["as_of"],
            rates=row.get("rates") or dict.fromkeys(models, row["all"]),
            source=row["source"],
        )
        for row in _read(slug, folder)["points"]
    )


def curves(slug: str, folder: Path = RECALLS) -> Mapping[str, Curve]:
    """Return the curve of each model of a demo recall."""
    pace = float(_read(slug, folder)["between"]["pace"])
    known = points(slug, folder)
    return {
        model: Curve(units, pace, tuple((each.day, each.rates[model]) for each in known))
        for model, units in COUNTS[slug].items()
    }


def _read(slug: str, folder: Path) -> Mapping[str, Any]:
    return tomllib.loads((folder / slug / "progress.toml").read_text(encoding="utf-8"))
