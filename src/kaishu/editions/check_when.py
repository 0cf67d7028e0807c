"""Check the conditions of a rule: that what they name is there, and that a unit can meet them."""

from __future__ import annotations

from itertools import combinations

from kaishu.core.overlaps import windows_meet
from kaishu.core.recall import Conditions, Product, Rule
from kaishu.editions.draft import Draft
from kaishu.editions.positions import Path
from kaishu.markets import CODES


def check_conditions(draft: Draft, path: Path, rule: Rule, product: Product) -> None:
    """Note what is wrong with the conditions of one rule."""
    path, when = (*path, "when"), rule.when
    _check_colours(draft, path, when, product)
    _check_known(draft, path, when, product)
    if when.bought_from and when.bought_to and when.bought_from > when.bought_to:
        draft.error(
            "dates_reversed", *path, "bought_to", first=when.bought_from, last=when.bought_to
        )
    _check_windows(draft, path, when)
    for place, market in enumerate(when.markets):
        if market not in CODES:
            known = ", ".join(CODES)
            draft.error("market_unknown", *path, "markets", place, market=market, known=known)
    if when.markets and draft.recall.market not in when.markets:
        draft.error("market_never", *path, "markets", market=draft.recall.market)


def _check_colours(draft: Draft, path: Path, when: Conditions, product: Product) -> None:
    colours = [variant.colour for variant in product.variants]
    for key in ("colours", "not_colours"):
        for place, colour in enumerate(getattr(when, key)):
            if colour not in colours:
                known = ", ".join(dict.fromkeys(colours))
                draft.error("colour_unknown", *path, key, place, colour=colour, known=known)
    for colour in sorted(set(when.colours) & set(when.not_colours)):
        draft.error("colour_both", *path, "not_colours", colour=colour)
    if colours and set(colours) <= set(when.not_colours):
        draft.error("colour_none_left", *path, "not_colours", model=product.model)


def _check_known(draft: Draft, path: Path, when: Conditions, product: Product) -> None:
    """Variants and channels must be named in the file: an owner chooses among them."""
    known = {
        "variants": [variant.code for variant in product.variants],
        "channels": [channel.code for channel in draft.recall.channels],
    }
    for name, codes in known.items():
        for key in (name, f"not_{name}"):
            for place, code in enumerate(getattr(when, key)):
                if code not in codes:
                    facts = {"value": code, "known": ", ".join(codes), "table": name}
                    draft.error("condition_unknown", *path, key, place, **facts)
        for code in sorted(set(getattr(when, name)) & set(getattr(when, f"not_{name}"))):
            draft.error("condition_both", *path, f"not_{name}", value=code)


def _check_windows(draft: Draft, path: Path, when: Conditions) -> None:
    """A window has at least one end, in order, and no day stands in two windows."""
    for place, window in enumerate(when.made):
        if window.start is None and window.end is None:
            draft.error("window_open", *path, "made", place)
        elif window.start and window.end and window.start > window.end:
            at = (*path, "made", place, "end")
            draft.error("dates_reversed", *at, first=window.start, last=window.end)
    for (first, one), (place, other) in combinations(enumerate(when.made), 2):
        if windows_meet(one, other):
            line = draft.line(*path, "made", first)
            draft.error("windows_overlap", *path, "made", place, first=line)
