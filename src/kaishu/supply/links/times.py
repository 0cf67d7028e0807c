"""Read a column of times: the formats a mapping names, else those that can be read one way only.

A day and month whose order nobody told are never guessed.
"""

from __future__ import annotations

import polars as pl

from kaishu.supply.links.mapping import LinkMapping

_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
_CLOCKS = ("%H:%M:%S", "%H:%M", "%H:%M:%S%.f")
CLEAR = (
    *(f"{day} {clock}" for day in _DAYS[:4] for clock in _CLOCKS),
    *(f"%Y-%m-%dT{clock}" for clock in _CLOCKS),
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y%m%d%H%M%S",
    *_DAYS,
)
ALWAYS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d")  # how date cells of workbooks come to us
DAY = 86_400


def read(values: pl.Series, mapping: LinkMapping) -> pl.DataFrame:
    """Return `at` (seconds of UTC since 1970, null where nobody can tell) and `day` (bool).

    Where `day` is true only a day was written, and `at` is its first second in the zone of the
    mapping; without one a time is UTC.
    """
    different = values.unique()
    known = pl.DataFrame({"v": different}).with_columns(
        at=pl.lit(None, pl.Int64), day=pl.lit(None, pl.Boolean)
    )
    for form in (*mapping.formats, *ALWAYS) if mapping.formats else CLEAR:
        left = known["at"].is_null() & known["v"].is_not_null()
        if not left.any():
            break
        found = _parsed(known["v"], form, mapping.zone or "UTC")
        only_day = _is_day(form)
        fits = left & found.is_not_null()
        known = known.with_columns(
            at=pl.when(fits).then(found).otherwise("at"),
            day=pl.when(fits).then(pl.lit(only_day)).otherwise("day"),
        )
    return pl.DataFrame({"v": values}).join(
        known, on="v", how="left", maintain_order="left", nulls_equal=True
    )


def _parsed(values: pl.Series, form: str, zone: str) -> pl.Series:
    if "z" in form or "Z" in form:
        moment = values.str.to_datetime(form, strict=False, time_zone="UTC", time_unit="us")
        return moment.dt.epoch("s")
    if _is_day(form):
        values, form = values + " 00:00", f"{form} %H:%M"
    moment = values.str.to_datetime(form, strict=False, time_unit="us")
    return moment.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.epoch(
        "s"
    )


def _is_day(form: str) -> bool:
    return not any(sign in form for sign in ("%H", "%I", "%T", "%R", "%s", "%X", "%c"))
