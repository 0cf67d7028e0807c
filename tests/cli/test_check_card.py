"""`kaishu check --card`: a flight card is verified by a key alone, without a network or Django."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kaishu.cli import main
from kaishu.cli._card import CardIsReceipt
from kaishu.core import pack as packs
from kaishu.core import receipts
from kaishu.core.flight_card import flight_card
from kaishu.core.pack import Pack
from kaishu.core.recall import RuleKind
from kaishu.core.receipts import (
    Receipt,
    ReceiptForged,
    ReceiptKeyUnknown,
    ReceiptOfAnotherUnit,
    ReceiptUnreadable,
)
from kaishu.core.signing import Signer
from tests.core.small_recall import PUBLISHED, publish, recall, rule
from tests.core.test_receipts import KEY, PUBLIC, SAID

SAFE, TAKEN = "A1000000", "A2000000"
TODAY = datetime.now().astimezone().date()
PICTURES = {"bank.png": b"picture"}
TRUST = ("--trust", PUBLIC.hex())


def code_of(said: Receipt) -> str:
    return receipts.encode(said, public=PUBLIC, sign=KEY.sign)


def made(folder: Path, on: date = TODAY) -> tuple[Pack, str]:
    """Publish a recall that spares one unit, and sign that unit's card."""
    pack = publish(folder, recall(rule(1, RuleKind.RANGE, first=TAKEN, last=TAKEN)), {})
    card = flight_card(pack, [], model="M1", serial=SAFE, on=on, rules=())
    return pack, code_of(card.said("recall.example"))


def run(code: str, *words: object) -> Result:
    return CliRunner().invoke(main.kaishu, ["check", "--card", code, *map(str, (*TRUST, *words))])


def test_a_card_is_good_by_its_key_its_day_and_its_unit(tmp_path: Path) -> None:
    _pack, code = made(tmp_path)
    found = run(f"https://recall.example/en/verify/?code={code}", "--unit", "a100-0000", "--json")
    assert found.exit_code == 0, found.output
    said = json.loads(found.output)
    assert (said["card"], said["model"], said["serial_ends"]) == ("genuine", "M1", "0000")
    assert (said["unit_compared"], said["editions_compared"]) == (True, 0)
    file = tmp_path / "card.txt"
    file.write_text(code)
    spoken = run(str(file), "--language", "ja")
    assert spoken.exit_code == 0
    assert "このカードは本物で、まだ有効です。" in spoken.output


@pytest.mark.parametrize("other", ["A1000001", "M1"])
def test_a_card_of_another_unit_is_refused(tmp_path: Path, other: str) -> None:
    _pack, code = made(tmp_path)
    assert isinstance(run(code, "--unit", other).exception, ReceiptOfAnotherUnit)


def test_an_old_card_and_one_before_a_wider_edition_are_no_longer_good(tmp_path: Path) -> None:
    _pack, code = made(tmp_path)
    _pack, old = made(tmp_path / "old", TODAY - timedelta(days=9))
    for first, card, exit_code in ((TAKEN, "genuine", 0), (SAFE, "outdated", 11)):
        folder = tmp_path / f"from-{first}"
        value = recall(rule(1, RuleKind.RANGE, first=first, last=TAKEN))
        signer = Signer(public=PUBLIC, sign=KEY.sign)
        packs.write(folder, value, 1, {}, PICTURES, published_at=PUBLISHED, sign=signer)
        found = run(code, "--json", "--pack", folder)
        assert (found.exit_code, json.loads(found.stdout)["card"]) == (exit_code, card)
    found = run(old, "--json")
    assert (found.exit_code, json.loads(found.stdout)["card"]) == (11, "expired")


def test_a_receipt_a_changed_card_and_a_strangers_key_are_refused(tmp_path: Path) -> None:
    _pack, code = made(tmp_path)
    head, key, payload, signature = code.split(".")
    changed = ".".join((head, key, payload[:-4] + "AAAA", signature))
    for bad, why in (
        (code_of(SAID), CardIsReceipt),
        (changed, ReceiptForged),
        (code[:-10], ReceiptUnreadable),
        ("", ReceiptUnreadable),
        ("https://recall.example/", ReceiptUnreadable),
    ):
        assert isinstance(run(bad).exception, why), bad
    stranger = CliRunner().invoke(main.kaishu, ["check", "--card", code, "--trust", "ab" * 32])
    assert isinstance(stranger.exception, ReceiptKeyUnknown)
    alone = CliRunner().invoke(main.kaishu, ["check", "--card", code])
    assert alone.exit_code == 2
