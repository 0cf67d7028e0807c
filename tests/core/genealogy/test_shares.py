"""What a part of a mixed lot may hold, against every way in which its pieces can lie."""

from __future__ import annotations

from itertools import product

from kaishu.core.genealogy.amounts import Bounds, Share

MOST = 6


def ways(total: int, low: int, high: int, left: int, much: int) -> set[int]:
    """Return how many bad pieces a part may hold: some of the lot were used up, which nobody saw.

    The lot had `total` pieces, between `low` and `high` of them bad; `left` are not used up, and
    the part is `much` of these.
    """
    found = set()
    for bad in range(low, high + 1):
        for bad_left in range(max(0, left - (total - bad)), min(bad, left) + 1):
            good_left = left - bad_left
            found |= set(range(max(0, much - good_left), min(much, bad_left) + 1))
    return found


def test_a_part_of_a_mixed_lot_is_bounded_exactly() -> None:
    for total, low, high, left, much in product(range(1, MOST + 1), *[range(MOST + 1)] * 4):
        if not low <= high <= total or not much <= left <= total:
            continue
        known = Bounds(float(total), float(low), float(high))
        share = Share(left=float(left), known=known, sure=False)
        found = ways(total, low, high, left, much)
        assert share.of(float(much)) == (min(found), max(found) - min(found))
