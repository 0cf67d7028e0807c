"""Signed words that travel in the address: a pass opens one question, a ticket waits for it.

`kind (1) | issued u32 | number u16 | effort u32 | question (12)` and 16 bytes of HMAC-SHA-256, in
URL-safe base64. No name, no address, nothing of a person: whoever has it may ask this one question.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass

BODY = struct.Struct(">cIHI12s")
SEAL_BYTES = 16
PASS, TICKET = b"P", b"T"
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says: which question, since when, the how-many-th wait, effort paid so far."""

    kind: bytes
    issued: int
    number: int
    effort: int
    question: bytes


def sign(token: Token, secret: bytes) -> str:
    """Return the token as a word for an address."""
    body = BODY.pack(
        token.kind,
        token.issued,
        min(token.number, 0xFFFF),
        min(token.effort, 0xFFFFFFFF),
        token.question,
    )
    return base64.urlsafe_b64encode(body + _seal(body, secret)).decode().rstrip("=")


def read(word: str, secret: bytes, kind: bytes, question: bytes) -> Token | None:
    """Return a token of this kind for this question; None for any other word."""
    if not word or len(word) > LONGEST:
        return None
    try:
        raw = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
    except (binascii.Error, ValueError):
        return None
    body, seal = raw[: BODY.size], raw[BODY.size :]
    if len(body) != BODY.size or not hmac.compare_digest(seal, _seal(body, secret)):
        return None
    token = Token(*BODY.unpack(body))
    return token if (token.kind, token.question) == (kind, question) else None


def _seal(body: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, b"gate token\0" + body, hashlib.sha256).digest()[:SEAL_BYTES]
