"""The keys that sign receipts: derived from the installation's own, published for ever.

One signing key for each key of `KAISHU_FIELD_KEY`, derived for this purpose alone; the first signs.
The public half is written down, so that a receipt of ten years ago is checked after its master key
was rotated out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from django.conf import settings

from kaishu.base import sealing
from kaishu.core import receipts
from kaishu.core.receipts import Receipt
from kaishu.doors.public.models import ReceiptKey

_USE = "sign receipts"
_written: set[tuple[str, str]] = set()


def sign(said: Receipt) -> str:
    """Return the code of a receipt, signed with the key in force."""
    key, public = _ours(settings.KAISHU_FIELD_KEY)[0]
    return receipts.encode(said, public=public, sign=key.sign)


def check(code: str, *, unit: str = "") -> Receipt:
    """Return what the code of a receipt of ours says; raise what `receipts.verify` raises."""
    return receipts.verify(code, known(), holds=holds, unit=unit)


def holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether an Ed25519 signature is of this key over this message (RFC 8032)."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def in_force() -> bytes:
    """Return the public key that signs now."""
    return _ours(settings.KAISHU_FIELD_KEY)[0][1]


def known() -> Mapping[str, bytes]:
    """Return every public key of this installation by its id, the one in force first."""
    kept = [bytes.fromhex(row.public) for row in ReceiptKey.objects.order_by("-id")]
    return {**held(), **{receipts.key_id(public): public for public in kept}}


def held() -> Mapping[str, bytes]:
    """Return the public keys that we can still sign with, the one in force first; asks no database.

    Those whose master was rotated out of `KAISHU_FIELD_KEY` are not in it.
    """
    ours = [public for _, public in _ours(settings.KAISHU_FIELD_KEY)]
    return {receipts.key_id(public): public for public in ours}


def keep(*, at: datetime) -> dict[str, int]:
    """Write down the public half of every key that we can sign with; return how many are new."""
    new = 0
    for _, public in _ours(settings.KAISHU_FIELD_KEY):
        name = receipts.key_id(public)
        if (str(settings.KAISHU_DATA_DIR), name) in _written:
            continue
        _, made = ReceiptKey.objects.get_or_create(
            key_id=name, defaults={"public": public.hex(), "since": at}
        )
        _written.add((str(settings.KAISHU_DATA_DIR), name))
        new += made
    return {"receipt_keys": new}


@lru_cache(maxsize=4)
def _ours(setting: str) -> tuple[tuple[Ed25519PrivateKey, bytes], ...]:
    """Derive the signing keys; `setting` names the masters they come from."""
    keys = [Ed25519PrivateKey.from_private_bytes(seed) for seed in sealing.derived(_USE)]
    return tuple((key, key.public_key().public_bytes_raw()) for key in keys)
