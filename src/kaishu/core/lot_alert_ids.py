"""Lot ids that can be compared and not read: HMAC-SHA256 (RFC 2104) under an alert's own key.

    id = HMAC-SHA256(key, UTF-8 of the lot's code), 64 hexadecimal digits

Equal lots have equal ids under one key, and unlike ids under two. Whoever holds the key can try
lot numbers until one fits: lot numbers are short and follow a pattern, so the key hides them from
everybody who does not have it, and from nobody who has.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

KEY_BYTES = 32
AT_ONCE = 50_000
_CHECK = b"kaishu lot alert key 1\x00"
Advance = Callable[[int], None]


def hidden(key: bytes, codes: Iterable[str]) -> list[str]:
    """Return the ids of lots under a key, in the order of their codes."""
    digest = hmac.digest
    return [digest(key, code.encode(), "sha256").hex() for code in codes]


def key_check(key: bytes, number: str) -> str:
    """Return what tells whether a key that came apart belongs to an alert."""
    return hmac.digest(key, _CHECK + bytes.fromhex(number), "sha256").hex()


def found(
    key: bytes, wanted: Iterable[str], codes: Sequence[str], *, advance: Advance | None = None
) -> list[int]:
    """Return the positions of the codes whose ids are wanted; `advance` hears how many are done.

    One call of OpenSSL a lot, and a look into a set of 32 bytes each: about a second for 700,000.
    """
    digest, sought = hmac.digest, {bytes.fromhex(each) for each in wanted}
    hits: list[int] = []
    for start, part in _parts(codes):
        hits += [
            start + at
            for at, code in enumerate(part)
            if digest(key, code.encode(), "sha256") in sought
        ]
        if advance is not None:
            advance(len(part))
    return hits


def _parts(codes: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    waiting, start = iter(codes), 0
    while part := list(islice(waiting, AT_ONCE)):
        yield start, part
        start += len(part)
