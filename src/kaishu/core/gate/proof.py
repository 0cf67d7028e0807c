"""Proof of work by ALTCHA's second version: a calculation that a device does while a person waits.

PBKDF2 with SHA-256, which every browser has built in. The counter to be found is drawn beforehand,
so that the work is never more than half again the price: nobody is unlucky. The question, the price
and the time stand in the signed data, so that a proof of one question opens no other.
Source: altcha 2.3.0, `altcha.v2` (the server half is the library itself).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Protocol

from altcha import v2

ALGORITHM = "PBKDF2/SHA-256"
ITERATIONS = 500  # of one try: two milliseconds of a cheap phone's core
TRIES = 500  # in one effort
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Proven:
    """A proof that holds: how much effort it is worth, and the word that it may be spent by."""

    effort: int
    spent_as: bytes


class Prover(Protocol):
    """Sets calculations and checks their results."""

    def challenge(self, question: bytes, effort: int, *, paid: int, at: int) -> str:
        """Return the calculation for a question as JSON; `paid` was proven for it before."""

    def proven(self, payload: str, question: bytes, *, at: int) -> Proven | None:
        """Return what a result is worth for this question; None where it is worth nothing."""


class Altcha:
    """The prover that browsers meet."""

    def __init__(self, secret: bytes, *, tries: int = TRIES) -> None:
        self._tries = tries
        self._secret = hmac.new(secret, b"gate proof", hashlib.sha256).hexdigest()
        self._key_secret = hmac.new(secret, b"gate proof key", hashlib.sha256).hexdigest()

    def challenge(self, question: bytes, effort: int, *, paid: int, at: int) -> str:
        """Return the calculation; it can be handed in for two minutes and twice its effort."""
        tries = max(1, effort * self._tries)
        drawn = tries // 2 + secrets.randbelow(tries)
        made = v2.create_challenge(
            ALGORITHM,
            ITERATIONS,
            counter=drawn,
            data={"q": question.hex(), "e": effort + paid, "x": at + 120 + 2 * effort},
            hmac_secret=self._secret,
            hmac_key_secret=self._key_secret,
        )
        return json.dumps(made.to_dict(), separators=(",", ":"))

    def proven(self, payload: str, question: bytes, *, at: int) -> Proven | None:
        """Hold a result against its signature, its question and the clock."""
        if not payload or len(payload) > LONGEST:
            return None
        try:
            brought = v2.Payload.from_base64(payload)
            data = brought.challenge.parameters.data or {}
            fits = data["q"] == question.hex() and at < int(data["x"])
            verified = (
                fits
                and v2.verify_solution(
                    brought, self._secret, hmac_key_secret=self._key_secret
                ).verified
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        if not verified:
            return None
        return Proven(int(data["e"]), str(brought.challenge.signature).encode())
