"""A receipt that anybody can check without us: what became of one unit, signed.

    KR1.<key id>.<what it says>.<signature>        each part in base64url without "="

What it says is canonical JSON; the signature is Ed25519 (RFC 8032) over a fixed prefix and those
bytes. No name, no address: the recall, the product, the end of the serial number and a digest that
binds the receipt to the one unit whose whole serial number somebody can type.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kaishu.core.canonical import canonical
from kaishu.core.errors import Refusal

MARK = "KR1"
PREFIX = b"kaishu receipt 1\x00"
SHOWN_SIGNS = 4  # of the serial number
KEY_ID_BYTES, BOUND_BYTES, ENTRY_BYTES, SIGNATURE_BYTES = 8, 16, 32, 64
MOST_SIGNS = 4_000
_IN_ADDRESS = re.compile(r"[?&]code=([^&#]*)")  # its signs need no escaping in an address
_BLANK = re.compile(r"[\s\u200b\u2060\ufeff]+")  # what comes along when a page is copied
Sign = Callable[[bytes], bytes]
Holds = Callable[[bytes, bytes, bytes], bool]
"""public key, signature, message -> whether the Ed25519 signature holds"""


class ReceiptUnreadable(Refusal):
    """This is not the whole code of a receipt."""

    code = "receipt_unreadable"


class ReceiptKeyUnknown(Refusal):
    """This receipt was signed with a key that is not ours."""

    code = "receipt_key_unknown"


class ReceiptForged(Refusal):
    """The signature does not fit what the receipt says."""

    code = "receipt_forged"


class ReceiptOfAnotherUnit(Refusal):
    """The receipt is genuine and belongs to another unit."""

    code = "receipt_of_another_unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """One thing that became true: "disposed", "repaired", "made_safe" or "paid", on which day, and
    the digest of the entry in the books that says so."""

    what: str
    on: date
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What one receipt says. `unit` is the end of the serial number, empty where none is known."""

    issuer: str
    recall: str
    product: str
    unit: str
    bound: str
    proven: tuple[Proven, ...]

    def belongs_to(self, name: str) -> bool:
        """Say whether it is the receipt of the unit with this serial or reference number."""
        return self.bound == bound_to(self.recall, self.product, name)


def receipt(
    *,
    issuer: str,
    recall: str,
    product: str,
    serial: str,
    reference: str,
    proven: tuple[Proven, ...],
) -> Receipt:
    """Make a receipt; a unit without a serial number is bound to its reference number."""
    return Receipt(
        issuer=issuer,
        recall=recall,
        product=product,
        unit=serial[-SHOWN_SIGNS:],
        bound=bound_to(recall, product, serial or reference),
        proven=proven,
    )


def bound_to(recall: str, product: str, name: str) -> str:
    """Return the digest that ties a receipt to a unit: 32 hexadecimal characters.

    Only letters and digits of the name count, in any case: 1234 5678 and 12345678 are one.
    """
    plain = "".join(sign for sign in name.upper() if sign.isascii() and sign.isalnum())
    told = f"{recall}\n{product}\n{plain}".encode()
    return hashlib.sha256(told).digest()[:BOUND_BYTES].hex()


def key_id(public: bytes) -> str:
    """Return the name of a public key in a receipt: the first 8 bytes of its SHA-256."""
    return _b64(hashlib.sha256(public).digest()[:KEY_ID_BYTES])


def fingerprint(public: bytes) -> str:
    """Return what is printed of a public key: 32 hexadecimal digits in groups of four."""
    digits = hashlib.sha256(public).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))


def encode(said: Receipt, *, public: bytes, sign: Sign) -> str:
    """Return the code of a receipt; the same receipt gives the same code."""
    payload = canonical(
        {
            "i": said.issuer,
            "r": said.recall,
            "m": said.product,
            "u": said.unit,
            "b": _b64(bytes.fromhex(said.bound)),
            "p": [[each.what, each.on, _b64(bytes.fromhex(each.entry))] for each in said.proven],
        }
    )
    return ".".join((MARK, key_id(public), _b64(payload), _b64(sign(PREFIX + payload))))


def verify(code: str, keys: Mapping[str, bytes], *, holds: Holds, unit: str = "") -> Receipt:
    """Return what a code says, once its signature holds; `unit` is the number somebody typed.

    Takes the whole address that a camera read, too. Raises ReceiptUnreadable, ReceiptKeyUnknown,
    ReceiptForged or ReceiptOfAnotherUnit.
    """
    mark, name, *rest = _parts(code)
    if mark != MARK:
        raise ReceiptUnreadable
    payload, signature = (_plain(part) for part in rest)
    if len(signature) != SIGNATURE_BYTES or len(_plain(name)) != KEY_ID_BYTES:
        raise ReceiptUnreadable
    public = keys.get(name)
    if public is None:
        raise ReceiptKeyUnknown
    if not holds(public, signature, PREFIX + payload):
        raise ReceiptForged
    found = _read(payload)
    if unit.strip() and not found.belongs_to(unit):
        raise ReceiptOfAnotherUnit(product=found.product, unit=found.unit)
    return found


def _parts(code: str) -> list[str]:
    text = _BLANK.sub("", code[:MOST_SIGNS])
    if found := _IN_ADDRESS.search(text):
        text = found[1]
    parts = text.split(".")
    if len(parts) != 4:
        raise ReceiptUnreadable
    return parts


def _read(payload: bytes) -> Receipt:
    """Read what our own key signed; a form that we do not know is of a later version."""
    try:
        raw: dict[str, Any] = json.loads(payload)
        return Receipt(
            issuer=str(raw["i"]),
            recall=str(raw["r"]),
            product=str(raw["m"]),
            unit=str(raw["u"]),
            bound=_plain(raw["b"]).hex(),
            proven=tuple(
                Proven(what=str(what), on=date.fromisoformat(on), entry=_plain(entry).hex())
                for what, on, entry in raw["p"]
            ),
        )
    except (ValueError, KeyError, TypeError):
        raise ReceiptUnreadable from None


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _plain(text: str) -> bytes:
    """Decode base64url, refusing anything but its own signs and its one spelling."""
    try:
        value = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ReceiptUnreadable from None
    if _b64(value) != text:
        raise ReceiptUnreadable
    return value
