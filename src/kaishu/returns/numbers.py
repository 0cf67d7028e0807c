"""Numbers on things: what is printed on a container or a seal, and the numbers that we give."""

from __future__ import annotations

import re
import unicodedata

_SHAPE = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,38}[A-Z0-9])?")
_GAPS = re.compile(r"[\s_/.‐‑–—−ー-]+")
STEM = 28  # of a site's code: year and running number still fit into 40


def tidy(typed: str) -> str:
    """Return a printed number as we write it ("e 7" is E-7), or "" where it is none."""
    plain = _GAPS.sub("-", unicodedata.normalize("NFKC", typed).strip().upper()).strip("-")
    return plain if _SHAPE.fullmatch(plain) else ""


def stem(site: str, year: int) -> str:
    """Return what a site's numbers of a year begin with: DEPOT-EAST-2026-."""
    return f"{tidy(site)[:STEM] or 'SITE'}-{year}-"
