"""How sure a share of a sample is."""

from __future__ import annotations

import math

from kaishu.core.genealogy.fisher import NORMAL_95


def likely_range(hits: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, from 0 to 1; (0, 1) where nothing was counted.

    By E. B. Wilson, Probable Inference, J. Am. Stat. Assoc. 22 (1927): it holds for a handful of
    cases, and where all agree it does not claim that all always will.
    """
    if of == 0:
        return 0.0, 1.0
    square = NORMAL_95**2
    share, spread = hits / of, 1 + square / of
    middle = (share + square / (2 * of)) / spread
    half = NORMAL_95 * math.sqrt(share * (1 - share) / of + square / (4 * of * of)) / spread
    low = 0.0 if hits == 0 else max(middle - half, 0.0)
    high = 1.0 if hits == of else min(middle + half, 1.0)
    return low, high
