"""A receipt holds for its own unit and key, and for nothing that was changed, cut or borrowed."""

from __future__ import annotations

import base64
import json
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kaishu.core import receipts
from kaishu.core.receipts import (
    Proven,
    ReceiptForged,
    ReceiptKeyUnknown,
    ReceiptOfAnotherUnit,
    ReceiptUnreadable,
)
from kaishu.doors.public.receipt_keys import holds

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
KEYS = {receipts.key_id(PUBLIC): PUBLIC}
SERIAL = "AK20230001000042"
SAID = receipts.receipt(
    issuer="recall.example.com",
    recall="kumo-jp-2026",
    product="K100",
    serial=SERIAL,
    reference="123456789012-1",
    proven=(Proven(what="disposed", on=date(2026, 4, 20), entry="ab" * 32),),
)
CODE = receipts.encode(SAID, public=PUBLIC, sign=KEY.sign)


def verified(code: str, keys: dict[str, bytes], unit: str = "") -> receipts.Receipt:
    """Check a code with the signatures of the library that the doors use."""
    return receipts.verify(code, keys, holds=holds, unit=unit)


def test_what_was_signed_comes_back() -> None:
    assert verified(CODE, KEYS) == SAID
    assert verified(CODE, KEYS, unit="ak2023 0001 0000 42") == SAID
    assert receipts.encode(SAID, public=PUBLIC, sign=KEY.sign) == CODE
    assert SAID.unit == "0042"
    assert SERIAL not in CODE


def test_an_address_and_a_wrapped_code_are_read_too() -> None:
    assert verified(f"https://recall.example.com/en/verify/?code={CODE}", KEYS) == SAID
    assert verified(f" {CODE[:50]}\r\n\u200b{CODE[50:]}\n", KEYS) == SAID


def changed(payload: dict[str, object]) -> str:
    """Return the code with another payload under the old signature."""
    mark, key, _, signature = CODE.split(".")
    raw = base64.urlsafe_b64encode(json.dumps(payload).encode()).rstrip(b"=").decode()
    return ".".join((mark, key, raw, signature))


def test_a_changed_receipt_is_forged() -> None:
    payload = json.loads(base64.urlsafe_b64decode(CODE.split(".")[2] + "=="))
    assert sorted(payload) == ["b", "i", "m", "p", "r", "u"]
    payload["p"][0][1] = "2026-04-21"
    with pytest.raises(ReceiptForged):
        verified(changed(payload), KEYS)


def test_a_code_that_was_cut_anywhere_is_not_taken() -> None:
    for cut in range(len(CODE)):
        with pytest.raises((ReceiptUnreadable, ReceiptForged)):
            verified(CODE[:cut], KEYS)


def test_one_changed_letter_anywhere_is_not_taken() -> None:
    for at, letter in enumerate(CODE):
        other = "B" if letter == "A" else "A"
        with pytest.raises((ReceiptUnreadable, ReceiptForged, ReceiptKeyUnknown)):
            verified(CODE[:at] + other + CODE[at + 1 :], KEYS)


def test_another_key_is_not_ours_whatever_it_is_called() -> None:
    other = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
    theirs = other.public_key().public_bytes_raw()
    with pytest.raises(ReceiptKeyUnknown):
        verified(receipts.encode(SAID, public=theirs, sign=other.sign), KEYS)
    with pytest.raises(ReceiptForged):
        verified(receipts.encode(SAID, public=PUBLIC, sign=other.sign), KEYS)


def test_the_receipt_of_another_unit_is_said_to_be_so() -> None:
    with pytest.raises(ReceiptOfAnotherUnit) as refused:
        verified(CODE, KEYS, unit="AK20230001000043")
    assert refused.value.facts == {"product": "K100", "unit": "0042"}


def test_a_unit_without_a_serial_is_bound_to_its_reference() -> None:
    bare = receipts.receipt(
        issuer="i", recall="r", product="p", serial="", reference="1234 5678 9012-1", proven=()
    )
    assert bare.unit == ""
    assert bare.belongs_to("123456789012-1")
    assert not bare.belongs_to("123456789012-2")


def test_nonsense_is_unreadable() -> None:
    for text in ("", "hello", "KR2" + CODE[3:], CODE + ".x", "https://x/?code=", "a.b.c.d"):
        with pytest.raises(ReceiptUnreadable):
            verified(text, KEYS)


def test_a_fingerprint_is_read_out_in_groups_of_four() -> None:
    assert [len(group) for group in receipts.fingerprint(PUBLIC).split()] == [4] * 8
