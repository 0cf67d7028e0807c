"""Read the JSON of strangers: no key twice, whole numbers only, text without control signs.

What can be read has one canonical form, so that a signature over it means one thing.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from kaishu.core.lot_alert_errors import AlertNotJson, AlertShape, AlertTooBig, AlertTooMany

MOST_BYTES = 16 * 1024 * 1024
# What a full letter comes to: 200,000 lots, as many units, 1,000 runs, 32 hops. A file of a million
# empty objects fits into few bytes and fills the memory of whoever reads it: counted first.
MOST_PARTS, MOST_OBJECTS = 410_000, 2_000
LARGEST = 2**53 - 1
MOST_LOTS = 200_000


def parse(data: bytes) -> Any:
    """Return what a file says. Raises AlertTooBig, AlertTooMany, AlertNotJson."""
    if len(data) > MOST_BYTES:
        raise AlertTooBig(most=f"{MOST_BYTES // 1024 // 1024} MB")
    parts, objects = data.count(b","), data.count(b"{") + data.count(b"[")
    if parts > MOST_PARTS or objects > MOST_OBJECTS:
        raise AlertTooMany(most=f"{MOST_LOTS:,}", count=f"{max(parts, objects):,}")
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_refused,
            parse_constant=_refused,
            parse_int=_whole,
        )
    except (ValueError, RecursionError):
        raise AlertNotJson from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("one name twice")
    return found


def _refused(text: str) -> Any:
    raise ValueError(f"no number of ours: {text[:20]}")


def _whole(text: str) -> int:
    if len(text) > 16 or not -LARGEST <= int(text) <= LARGEST:
        raise ValueError("too large")
    return int(text)


def members(value: Any, where: str, names: frozenset[str], may: frozenset[str]) -> dict[str, Any]:
    """Return an object that has all of some names and none but these and those. Else AlertShape."""
    if not isinstance(value, dict):
        raise AlertShape(where=where)
    for name in sorted(names - value.keys()):
        raise AlertShape(where=f"{where}/{name}")
    for name in sorted(value.keys() - names - may):
        raise AlertShape(where=f"{where}/{name[:40].encode('ascii', 'replace').decode()}")
    return value


def text(value: Any, where: str, *, most: int, least: int = 0) -> str:
    """Return text of some length without control signs and lone surrogates. Raises AlertShape."""
    if not isinstance(value, str) or not least <= len(value) <= most or not plain(value):
        raise AlertShape(where=where)
    return value


def plain(value: str) -> bool:
    """Say whether a text can be written down and read everywhere."""
    if value.isascii():
        return value.isprintable()
    return not any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in value)


def hexadecimal(value: Any, where: str, signs: int) -> str:
    """Return so many hexadecimal digits in lower case. Raises AlertShape."""
    if not isinstance(value, str) or len(value) != signs or value.strip("0123456789abcdef"):
        raise AlertShape(where=where)
    return value


def count(value: Any, where: str) -> int:
    """Return a count. Raises AlertShape."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise AlertShape(where=where)
    return value
