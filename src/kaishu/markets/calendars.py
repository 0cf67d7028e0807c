"""On which days people of a market work: public holidays, and the make-up days of mainland China.

The dates come from the `holidays` library, which is kept up to date with the official lists. What
it cannot know yet, core.deadlines counts strictly.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from kaishu.core.deadlines import Calendar

FIRST_YEAR, YEARS = 2024, 12  # a later holiday counts as a working day: rather too early
# Countries whose list decides. The EU has none of its own, and its duties here have no number.
COUNTRIES = {"jp": "JP", "cn": "CN", "us": "US"}
# Where the government publishes the next year's list, with its make-up days, only in autumn.
PUBLISHED_YEARLY = frozenset({"cn"})


@cache
def calendar_of(market: str) -> Calendar:
    """Return the business calendar of a market; weekends only where no list decides."""
    country = COUNTRIES.get(market.lower())
    if country is None:
        return Calendar()
    import holidays  # a third of a second that most processes never need

    years = range(FIRST_YEAR, FIRST_YEAR + YEARS)
    found = holidays.country_holidays(country, years=years)
    made_up = frozenset(day for day in getattr(found, "weekend_workdays", ()) if day.year in years)
    unknown = None
    if market.lower() in PUBLISHED_YEARLY:
        unknown = date(max(day.year for day in made_up) + 1, 1, 1)
    return Calendar(holidays=frozenset(found), workdays=made_up, unknown_from=unknown)
