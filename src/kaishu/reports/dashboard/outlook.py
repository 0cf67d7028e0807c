"""The forecast of a recall from its own curve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from kaishu.core.forecast import Band, Forecast, Seen, TooLittleToForecast, forecast
from kaishu.reports.dashboard.curves import COLLECTED, Curves

AHEAD = 180  # days shown after the last one
SHARE = 0.9  # the share whose day is named; the end test of some markets asks for it


@dataclass(frozen=True, slots=True)
class Outlook:
    """A forecast with dates: `ends` is the band on the last day shown."""

    told: Forecast
    first: date
    ends: Band
    until: date
    reaches: tuple[date | None, date | None, date | None]

    def day(self, band: Band) -> date:
        """Return the date of a band."""
        return self.first + timedelta(days=band.day)


def outlook(curves: Curves) -> Outlook | None:
    """Continue the collected units; None where nothing was collected yet."""
    if not curves.days or curves.announced <= 0:
        return None
    done = curves.together(COLLECTED)
    seen = [Seen(day, int(count)) for day, count in enumerate(done)]
    last = len(seen) - 1
    ahead = np.unique(np.linspace(last, last + AHEAD, 19).round().astype(int))
    try:
        told = forecast(
            seen, target=curves.announced, days=[int(day) for day in ahead], share=SHARE
        )
    except TooLittleToForecast:
        return None
    first = curves.days[0]
    early, middle, late = (
        first + timedelta(days=day) if day is not None and day < 3_000 else None
        for day in told.reaches
    )
    until = first + timedelta(days=last + AHEAD)
    return Outlook(told, first, told.band[-1], until, (early, middle, late))
