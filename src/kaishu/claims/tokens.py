"""The secret link to one claim, and the hash that recognises a repeated request.

A token is derived, not stored: whoever repeats their own request gets the same link again, and a
stolen database holds only hashes of links. All of it hangs on `KAISHU_FIELD_KEY`, which is kept
outside the database.
"""

from __future__ import annotations

import base64
import hashlib

from kaishu.base.sealing import first_keyed_digest, keyed_digest
from kaishu.core.canonical import canonical

TOKEN_BYTES = 24


def token(*, door: str, key: str, case_no: str, number: int = 1) -> str:
    """Return the link secret of a case: 32 letters and digits that are safe in an address.

    `number` counts the links that the case had: a new one makes the ones before useless.
    """
    parts = [door, key, case_no, *([number] if number > 1 else [])]
    seal = keyed_digest(canonical(parts), purpose="claim-token")
    return _safe(seal)


def first_token(*, door: str, key: str, case_no: str) -> str:
    """Return the link secret that the first version gave a case; claims of that time keep it."""
    return _safe(first_keyed_digest(canonical([door, key, case_no]), purpose="claim-token"))


def _safe(seal: bytes) -> str:
    return base64.urlsafe_b64encode(seal[:TOKEN_BYTES]).decode()


def token_hash(token: str) -> str:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def request_hash(request: object) -> str:
    """Return the hash of a request. Keyed, since its name and address could be guessed."""
    return keyed_digest(canonical(request), purpose="claim-request").hex()
