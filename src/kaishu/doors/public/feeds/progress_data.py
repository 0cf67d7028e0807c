"""A recall's progress for programs: the figures of the page, exact, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC
from fractions import Fraction
from typing import Any

from kaishu.books.models import DailyRoot
from kaishu.core.accounts import DECLARED, STRAY, UNIT_ACCOUNTS
from kaishu.core.pack import Pack
from kaishu.core.progress import Progress, percent
from kaishu.core.tally import Tally
from kaishu.doors.public.figures import Counted
from kaishu.markets import zone_of

HEADER = (
    "recall",
    "as_of",
    "rule",
    "model",
    "target",
    "done",
    "gone",
    "estimated_discarded",
    "estimate_source",
    "rate_percent",
    "corrected_rate_percent",
    "accounted_rate_percent",
)


def record(pack: Pack, counted: Counted, root: DailyRoot | None) -> dict[str, Any]:
    """Return the progress of one recall as JSON values; rates are exact fractions and as shown."""
    found = counted.so_far.progress
    zone = zone_of([pack.recall.market]) or UTC
    return {
        "recall": pack.recall.slug,
        "edition": pack.ref.number,
        "day": counted.day.isoformat(),
        "as_of": counted.so_far.as_of.astimezone(zone).isoformat(timespec="seconds"),
        "rule": found.rule.value,
        "owners_made_whole": counted.so_far.made_whole,
        "whole": _figures(found),
        "models": [
            {"model": product.model, **_figures(found.of(product.model))}
            for product in pack.recall.products
        ],
        "places": _places(counted.balance),
        "daily_root": root_record(root) if root else None,
    }


def rows(pack: Pack, counted: Counted) -> list[Sequence[object]]:
    """Return the same as rows of a table: the whole recall (an empty model), then each model."""
    found = counted.so_far.progress
    zone = zone_of([pack.recall.market]) or UTC
    at = counted.so_far.as_of.astimezone(zone)
    parts = [("", found), *((p.model, found.of(p.model)) for p in pack.recall.products)]
    return [
        (
            pack.recall.slug,
            at,
            found.rule.value,
            model,
            part.target,
            part.done,
            part.gone,
            part.discarded if part.estimates else "",
            "; ".join(dict.fromkeys(each.source for each in part.estimates)),
            percent(part.rate),
            percent(part.corrected_rate) if part.estimates else "",
            percent(part.accounted_rate),
        )
        for model, part in parts
    ]


def root_record(root: DailyRoot) -> dict[str, Any]:
    """Return a daily root as JSON values."""
    return {
        "day": root.day.isoformat(),
        "entries": root.entries,
        "previous": root.previous,
        "root": root.root,
        "sealed_at": root.sealed_at.astimezone(UTC).isoformat(timespec="seconds"),
    }


def _figures(part: Progress) -> dict[str, Any]:
    estimates = [
        {"units": each.quantity, "source": each.source, "model": each.product or None}
        for each in part.estimates
    ]
    return {
        "target": part.target,
        "done": part.done,
        "gone": part.gone,
        "estimated_discarded": estimates or None,
        "rate": _rate(part.rate),
        "corrected_rate": _rate(part.corrected_rate) if estimates else None,
        "accounted_rate": _rate(part.accounted_rate),
    }


def _rate(rate: Fraction | None) -> dict[str, Any] | None:
    if rate is None:
        return None
    return {"exact": f"{rate.numerator}/{rate.denominator}", "percent": percent(rate)}


def _places(balance: Tally) -> list[dict[str, Any]]:
    sums: Counter[tuple[str, str]] = Counter()
    for line in balance.units:
        if line.account != DECLARED and line.pool != STRAY:
            sums[line.product, line.account] += line.quantity
    return [
        {"model": model, "account": account, "units": sums[model, account]}
        for model, account in sorted(
            sums, key=lambda place: (place[0], UNIT_ACCOUNTS.index(place[1]))
        )
        if sums[model, account]
    ]
