"""The file in which a letter about lots travels: signed, passed on, checked.

    {"format": "kaishu lot alert", "version": 2, "body": {…}, "signature": hex,
     "hops": [{"at", "by", "over", "to", "signature"}, …], "key": hex or absent}

Ed25519 (RFC 8032) signs the version's prefix and the SHA-256 of the canonical body. Each hop names
what it passes on: the first the body with its signature, each later one the hop before it. `key`
opens hidden lots; it lies beside what is signed, so that the letter can travel without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from kaishu.core.canonical import canonical, digest
from kaishu.core.lot_alert import (
    TIME,
    VERSIONS,
    Alert,
    Answer,
    Company,
    Letter,
    body_of,
    company_json,
    company_of,
    letter_of,
    moment,
)
from kaishu.core.lot_alert_errors import (
    AlertForged,
    AlertHopForged,
    AlertKeyWrong,
    AlertShape,
    AlertVersion,
)
from kaishu.core.lot_alert_ids import KEY_BYTES, key_check
from kaishu.core.lot_alert_json import hexadecimal, members, parse
from kaishu.core.lot_alert_words import DIRECTIONS
from kaishu.core.signing import Signer

FORMAT = "kaishu lot alert"
PREFIXES = {version: f"kaishu lot alert {version}\0".encode() for version in VERSIONS}
HOP_PREFIX = b"kaishu lot alert hop 1\x00"
SIGNATURE_SIGNS, DIGEST_SIGNS = 128, 64
MOST_HOPS = 32
_NAMES = frozenset({"format", "version", "body", "signature", "hops"})
_HOP = frozenset({"at", "by", "over", "to", "signature"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One company passed a letter on: which way, when, and its signature over what came before."""

    by: Company
    to: str
    at: datetime
    over: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A letter whose signatures all fit the keys that they name. Who owns a key is not said here.

    `digest` is of the body: two files with one digest say the same.
    """

    letter: Letter
    digest: str
    signature: str
    hops: tuple[Hop, ...] = ()
    key: bytes = b""


def sign(letter: Letter, signer: Signer, *, key: bytes = b"") -> Sent:
    """Sign a letter with the key of its issuer; `key` is what its lots are hidden under."""
    if letter.issuer.key != signer.public:
        raise AlertForged
    said = digest(body_of(letter))
    signature = signer.sign(_message(PREFIXES[letter.version], said)).hex()
    return Sent(letter=letter, digest=said, signature=signature, key=key)


def pass_on(sent: Sent, signer: Signer, *, by: Company, to: str, at: datetime) -> Sent:
    """Add a signed hop."""
    unsigned = {
        "at": at.astimezone(UTC).strftime(TIME),
        "by": company_json(by),
        "over": _over(sent.hops, sent),
        "to": to,
    }
    signature = signer.sign(_message(HOP_PREFIX, digest(unsigned))).hex()
    hop = hop_of({**unsigned, "signature": signature}, f"/hops/{len(sent.hops)}")
    return replace(sent, hops=(*sent.hops, hop))


def file_of(sent: Sent, *, with_key: bool = True) -> bytes:
    """Return the bytes of a letter's file."""
    said: dict[str, Any] = {
        "format": FORMAT,
        "version": sent.letter.version,
        "body": body_of(sent.letter),
        "signature": sent.signature,
        "hops": [hop_json(hop) for hop in sent.hops],
    }
    if sent.key and with_key:
        said["key"] = sent.key.hex()
    return canonical(said) + b"\n"


def read(data: bytes) -> Sent:
    """Read a file and check every signature in it against the keys that it names.

    Raises AlertTooBig, AlertTooMany, AlertNotJson, AlertShape, AlertNamesNothing, AlertLotTwice,
    AlertVersion, AlertForged, AlertHopForged, AlertKeyWrong. White space between the parts does not
    matter.
    """
    said = parse(data)
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise AlertShape(where="/format")
    version = said.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version not in VERSIONS:
        raise AlertVersion(version=str(version)[:20])
    members(said, "", _NAMES, frozenset({"key"}))
    letter = letter_of(said["body"], version)
    signature = hexadecimal(said["signature"], "/signature", SIGNATURE_SIGNS)
    sent = Sent(letter=letter, digest=digest(said["body"]), signature=signature)
    if not _holds(letter.issuer.key, signature, _message(PREFIXES[version], sent.digest)):
        raise AlertForged
    sent = replace(sent, hops=_hops(said["hops"], sent))
    return sent if "key" not in said else with_key(sent, _key(said["key"]))


def with_key(sent: Sent, key: bytes) -> Sent:
    """Put the key of hidden lots to a letter. Raises AlertKeyWrong where it is another's."""
    letter = sent.letter
    if not isinstance(letter, Alert) or not letter.hidden or len(key) != KEY_BYTES:
        raise AlertKeyWrong
    if key_check(key, letter.number) != letter.key_check:
        raise AlertKeyWrong
    return replace(sent, key=key)


def _key(value: Any) -> bytes:
    return bytes.fromhex(hexadecimal(value, "/key", 2 * KEY_BYTES))


def _hops(value: Any, sent: Sent) -> tuple[Hop, ...]:
    if not isinstance(value, list) or len(value) > MOST_HOPS:
        raise AlertShape(where="/hops")
    if value and isinstance(sent.letter, Answer):
        raise AlertShape(where="/hops")
    hops: tuple[Hop, ...] = ()
    for at, each in enumerate(value):
        hop = hop_of(each, f"/hops/{at}")
        unsigned = {name: said for name, said in each.items() if name != "signature"}
        message = _message(HOP_PREFIX, digest(unsigned))
        if hop.over != _over(hops, sent) or not _holds(hop.by.key, hop.signature, message):
            raise AlertHopForged(number=at + 1, name=hop.by.name)
        hops = (*hops, hop)
    return hops


def _over(hops: Sequence[Hop], sent: Sent) -> str:
    """Return the digest that the next hop signs."""
    if hops:
        return digest(hop_json(hops[-1]))
    return digest({"body": sent.digest, "signature": sent.signature})


def hop_of(value: Any, where: str = "/hops") -> Hop:
    """Read a hop; whether its signature holds is not looked at. Raises AlertShape."""
    said = members(value, where, _HOP, frozenset())
    if said["to"] not in DIRECTIONS:
        raise AlertShape(where=f"{where}/to")
    return Hop(
        by=company_of(said["by"], f"{where}/by"),
        to=said["to"],
        at=moment(said["at"], f"{where}/at"),
        over=hexadecimal(said["over"], f"{where}/over", DIGEST_SIGNS),
        signature=hexadecimal(said["signature"], f"{where}/signature", SIGNATURE_SIGNS),
    )


def hop_json(hop: Hop) -> dict[str, Any]:
    """Return a hop as it stands in a file."""
    return {
        "at": hop.at.strftime(TIME),
        "by": company_json(hop.by),
        "over": hop.over,
        "to": hop.to,
        "signature": hop.signature,
    }


def _message(prefix: bytes, said: str) -> bytes:
    return prefix + bytes.fromhex(said)


def _holds(public: bytes, signature: str, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
