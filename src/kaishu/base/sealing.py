"""Seal personal values before they reach a table or a disk: AES-256-GCM, key outside the database.

A sealed value is `version | key id | nonce (12 bytes) | ciphertext and tag`. The purpose
("person:contact:<id>") is bound in, so that a sealed value copied into another row or another
column does not open. Keys come from `KAISHU_FIELD_KEY`: one key in hexadecimal, or several as
"2:<hex> 1:<hex>"; the first seals, every one opens, which is how a key is rotated.
Standards: NIST SP 800-38D (GCM, random 96-bit nonces: below 2**32 values a key), RFC 5869 (HKDF).
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from kaishu.core.errors import Refusal

VERSION = 1
NONCE_BYTES = 12
HEADER_BYTES = 2


class CannotOpen(Refusal):
    """This value cannot be opened: wrong key, wrong place, or damaged."""

    code = "cannot_open"


class BadFieldKey(Refusal):
    """KAISHU_FIELD_KEY must be 32 bytes in hexadecimal, or several as "2:<hex> 1:<hex>"."""

    code = "bad_field_key"


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of this installation: `sealing` is the id of the one that seals."""

    sealing: int
    ciphers: Mapping[int, AESGCM]
    index: bytes
    oldest: bytes
    masters: Mapping[int, bytes]
    fingerprints: Mapping[int, str]


def seal(value: bytes, *, purpose: str) -> bytes:
    """Return the value sealed for one purpose."""
    keys = _keys()
    header = bytes([VERSION, keys.sealing])
    nonce = os.urandom(NONCE_BYTES)
    bound = header + purpose.encode()
    return header + nonce + keys.ciphers[keys.sealing].encrypt(nonce, value, bound)


def unseal(sealed: bytes, *, purpose: str) -> bytes:
    """Return the value; raise `CannotOpen` for a wrong key, another purpose, or one changed bit."""
    header, rest = sealed[:HEADER_BYTES], sealed[HEADER_BYTES:]
    if len(rest) <= NONCE_BYTES or header[0] != VERSION:
        raise CannotOpen
    cipher = _keys().ciphers.get(header[1])
    if cipher is None:
        raise CannotOpen(key_id=header[1])
    try:
        return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], header + purpose.encode())
    except InvalidTag:
        raise CannotOpen(key_id=header[1]) from None


def key_id(sealed: bytes) -> int:
    """Return which key sealed this, for finding what a rotation still has to reseal."""
    return bytes(sealed[:HEADER_BYTES])[1]


def blind_index(value: str, *, purpose: str) -> str:
    """Return a keyed digest to look a value up without storing it (32 hexadecimal characters).

    The caller normalises first (an e-mail address in lower case). The purpose keeps equal values
    of two columns from being linked.
    """
    return keyed_digest(value.encode(), purpose=purpose).hex()[:32]


def keyed_digest(value: bytes, *, purpose: str) -> bytes:
    """Return 32 bytes that only this installation can compute, before and after a rotation.

    The index key is the oldest one's: a link that was mailed must open after a new key came.
    """
    message = purpose.encode() + b"\x00" + value
    return hmac.new(_keys().index, message, hashlib.sha256).digest()


def first_keyed_digest(value: bytes, *, purpose: str) -> bytes:
    """Return `keyed_digest` as the first version made it, for links that it sent out."""
    message = purpose.encode() + b"\x00" + value
    return hmac.new(_keys().oldest, message, hashlib.sha256).digest()


def fingerprints() -> Mapping[int, str]:
    """Return a word by which each key is recognised and from which none can be found."""
    return _keys().fingerprints


def derived(use: str) -> list[bytes]:
    """Return 32 bytes a master key for a use of its own; the first is of the key that seals."""
    keys = _keys()
    order = sorted(keys.masters, key=lambda number: number != keys.sealing)
    return [_derive(keys.masters[number], use.encode()) for number in order]


def check_keys() -> None:
    """Raise `BadFieldKey` unless KAISHU_FIELD_KEY can be used."""
    _keys()


def _keys() -> Keys:
    return _read_keys(settings.KAISHU_FIELD_KEY)


@lru_cache(maxsize=4)
def _read_keys(setting: str) -> Keys:
    """Derive one cipher a key, and the index key from the oldest (a rotation keeps look-ups)."""
    masters: dict[int, bytes] = {}
    for word in setting.split():
        number, _, key = word.rpartition(":")
        try:
            identity, master = int(number or 1), bytes.fromhex(key)
        except ValueError:
            raise BadFieldKey from None
        if len(master) != 32 or not 1 <= identity <= 255 or identity in masters:
            raise BadFieldKey
        masters[identity] = master
    if not masters:
        raise BadFieldKey
    return Keys(
        sealing=next(iter(masters)),
        ciphers={number: AESGCM(_derive(key, b"field")) for number, key in masters.items()},
        index=_derive(masters[min(masters)], b"blind index"),
        oldest=masters[min(masters)],
        masters=masters,
        fingerprints={n: _derive(key, b"fingerprint").hex()[:16] for n, key in masters.items()},
    )


def _derive(master: bytes, use: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"kaishu " + use).derive(master)
