"""Verify a flight card without a network: its signature, its day, and the editions since."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from kaishu.core import receipts, signing
from kaishu.core.errors import Refusal
from kaishu.core.flight_card import NOT_AFFECTED, standing
from kaishu.core.pack import Pack
from kaishu.core.receipts import Receipt
from kaishu.core.sentences import sentence

GOOD, CHECK_AGAIN = 0, 11


class CardIsReceipt(Refusal):
    """This is the receipt of a claim and no flight card."""

    code = "card_is_receipt"


def answer_card(
    given: str,
    *,
    trust: Sequence[str],
    packs: Sequence[Pack],
    unit: str,
    today: date,
    language: str,
    as_json: bool,
) -> int:
    """Say what a card is worth today; return the exit code.

    `given` is its code, the address in its QR code, a file with one of them, or - for stdin.
    `packs` are the editions that it is held against; without any, only signature and day speak.
    Raises what `receipts.verify` raises, and CardIsReceipt.
    """
    keys = {receipts.key_id(key): key for key in signing.read_keys(trust)}
    said = receipts.verify(_code(given), keys, holds=holds, unit=unit)
    now = standing(said, packs, today=today)
    if now is None:
        raise CardIsReceipt
    old = "card_expired" if now.expired else "card_outdated" if packs and now.outdated else ""
    told = sentence(old or "card_genuine", language)
    found = {
        **_facts(said),
        "until": now.until.isoformat(),
        "card": old.removeprefix("card_") or "genuine",
        "unit_compared": bool(unit.strip()),
        "editions_compared": len(packs),
        "sentence": told.text,
        "next": told.next,
    }
    click.echo(json.dumps(found, ensure_ascii=False) if as_json else _spoken(found, language))
    return CHECK_AGAIN if old else GOOD


def holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether an Ed25519 signature is of this key over this message (RFC 8032)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _code(given: str) -> str:
    if given == "-":
        return sys.stdin.read(receipts.MOST_SIGNS)
    try:
        return Path(given).read_text("utf-8", errors="replace")[: receipts.MOST_SIGNS]
    except (OSError, ValueError):  # no file of this name, so it is the code itself
        return given


def _facts(said: Receipt) -> dict[str, Any]:
    days = [each.on.isoformat() for each in said.proven if each.what == NOT_AFFECTED]
    return {
        "issuer": said.issuer,
        "recall": said.recall,
        "model": said.product,
        "serial_ends": said.unit,
        "not_affected_on": days[0] if days else "",
    }


def _spoken(found: dict[str, Any], language: str) -> str:
    lines = [found["sentence"], found["next"]]
    lines.append(
        f"{found['issuer']} · {found['recall']} · {found['model']} …{found['serial_ends']}"
    )
    lines.append(f"{found['not_affected_on']} – {found['until']}")
    if not found["unit_compared"]:
        lines.append(sentence("card_compare_unit", language).text)
    if not found["editions_compared"]:
        lines.append(sentence("card_no_editions", language).text)
    return "\n".join(line for line in lines if line)
