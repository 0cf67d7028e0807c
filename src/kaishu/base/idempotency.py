"""Tell a repeated request from a different one that carries the same key."""

from __future__ import annotations

import secrets

from kaishu.core import canonical


def new_key() -> str:
    """Return a key for one form: it is drawn with the form, so that a second press repeats it."""
    return secrets.token_hex(16)


def request_hash(value: object) -> str:
    """Return the digest of what was asked, the same on every machine (64 hexadecimal characters).

    The first answer is kept with it: same key and same hash is a repeat, same key and another
    hash is `key_reused`.
    """
    return canonical.digest(value)
