"""Who published an edition pack: Ed25519 (RFC 8032) over the digest that names it.

    <pack>/signature.json     {"format": 1, "signatures": [{"key": hex, "signature": hex}, …]}

The digest is that of the manifest, and the manifest has the digest of every other file: one
signature covers them all. The file lies beside the manifest and not in it, so that an edition can
be signed again with a newer key and still keep its name. Public keys are plain 32 bytes.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kaishu.core.canonical import canonical
from kaishu.core.errors import Refusal
from kaishu.core.receipts import key_id

SIGNATURE = "signature.json"
FORMAT = 1
PREFIX = b"kaishu edition 1\x00"
_PUBLIC = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])")
Trusted = frozenset[bytes]


class PackUnsigned(Refusal):
    """Nobody signed this edition pack, and only signed ones are trusted here."""

    code = "pack_unsigned"


class PackKeyUnknown(Refusal):
    """This edition pack is signed with keys that are not trusted here."""

    code = "pack_key_unknown"


class PackForged(Refusal):
    """The signature does not fit the edition pack."""

    code = "pack_forged"


class KeysUnreadable(Refusal):
    """This names no public key: 64 hexadecimal digits, or a file that has some."""

    code = "keys_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A key that signs: its public half, and what turns a message into a signature."""

    public: bytes
    sign: Callable[[bytes], bytes]


def signed(digest: str, signers: Iterable[Signer]) -> dict[str, str]:
    """Return the signatures of a pack's digest by public key, both in hexadecimal."""
    message = _message(digest)
    return {each.public.hex(): each.sign(message).hex() for each in signers}


def file_of(signatures: Mapping[str, str]) -> bytes:
    """Return the bytes of a signature file."""
    listed = [{"key": key, "signature": said} for key, said in sorted(signatures.items())]
    return canonical({"format": FORMAT, "signatures": listed})


def read(pack: Path) -> dict[str, str]:
    """Return the signatures that lie in a pack's folder; raise PackUnsigned or PackForged."""
    try:
        said = json.loads((pack / SIGNATURE).read_bytes())
        return {each["key"]: each["signature"] for each in said["signatures"]}
    except FileNotFoundError:
        raise PackUnsigned(what=pack.name[:12]) from None
    except (ValueError, KeyError, TypeError):
        raise PackForged(what=pack.name[:12]) from None


def add(pack: Path, signer: Signer) -> bool:
    """Sign a pack that is there already; return whether its signature was missing."""
    try:
        known = read(pack)
    except (PackUnsigned, PackForged):
        known = {}
    new = signed(pack.name, [signer])
    if new.items() <= known.items():
        return False
    aside = pack / f".{SIGNATURE}.{secrets.token_hex(8)}"
    with aside.open("wb") as file:
        file.write(file_of(known | new))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(pack / SIGNATURE)
    return True


def check(pack: Path, digest: str, trusted: Trusted) -> str:
    """Return the id of the trusted key that signed this digest.

    A signature by another key proves nothing and does no harm: a pack that was signed again with
    a newer key stays good for who knows the older one. Raises PackUnsigned, PackKeyUnknown, or
    PackForged where a trusted key is named and its signature does not hold.
    """
    found = read(pack)
    ours = [key for key in sorted(trusted) if key.hex() in found]
    if not ours:
        raise PackKeyUnknown(what=digest[:12], keys=", ".join(sorted(map(_name, found))))
    for key in ours:
        if not holds(key, found[key.hex()], digest):
            raise PackForged(what=digest[:12])
    return key_id(ours[0])


def holds(public: bytes, signature: str, digest: str) -> bool:
    """Say whether a signature in hexadecimal is of this key over this digest."""
    # Late: whoever answers from a pack of its own trusts its disk and needs no cryptography.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(public)
        key.verify(bytes.fromhex(signature), _message(digest))
    except (InvalidSignature, ValueError):
        return False
    return True


def read_keys(given: Iterable[str]) -> Trusted:
    """Return the public keys that these words name: 64 hexadecimal digits, or a file with some.

    A file may be the site's own list of keys, or plain text with one key a line. Raises
    KeysUnreadable.
    """
    found: set[bytes] = set()
    for word in given:
        text = word
        if not _PUBLIC.fullmatch(word.strip()):
            try:
                text = Path(word).read_text(encoding="utf-8")
            except (OSError, ValueError):
                raise KeysUnreadable(what=word[:80]) from None
        keys = _PUBLIC.findall(text)
        if not keys:
            raise KeysUnreadable(what=word[:80])
        found |= {bytes.fromhex(key) for key in keys}
    return frozenset(found)


def _name(public: str) -> str:
    try:
        return key_id(bytes.fromhex(public))
    except ValueError:
        return "?"


def _message(digest: str) -> bytes:
    return PREFIX + bytes.fromhex(digest)
