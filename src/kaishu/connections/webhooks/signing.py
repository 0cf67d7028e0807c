"""Sign what we send, as the Standard Webhooks specification has it (symmetric, "v1").

The header may carry several signatures: while a secret is being exchanged, both sign.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

PREFIX = "whsec_"


def new_secret() -> str:
    """Return a secret of 32 random bytes, in the form that verifying libraries take."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(
    *, number: str, body: bytes, secrets_in_force: Sequence[str], at: datetime
) -> Mapping[str, str]:
    """Return the three headers of one call."""
    moment = str(int(at.timestamp()))
    signed = f"{number}.{moment}.".encode() + body
    return {
        "webhook-id": number,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(f"v1,{_sign(each, signed)}" for each in secrets_in_force),
    }


def _sign(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
