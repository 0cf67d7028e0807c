"""What a question looks at: whatever way it is put, the same unit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kaishu.core.gate.values import Unit
from kaishu.core.looks import looked_at
from kaishu.core.recall import RuleKind
from tests.core.small_recall import product, publish, recall, rule

SERIAL = "A1000000"


def test_a_scanned_code_that_names_its_own_product_is_a_look(tmp_path: Path) -> None:
    first = product("M1", "black")
    first = replace(first, variants=(replace(first.variants[0], jan="4901234567894"),))
    pack = publish(tmp_path, recall(rule(1, RuleKind.MODEL), products=(first,)), {})
    for asked in (
        ("M1", SERIAL),
        ("", f"(01)04901234567894(21){SERIAL}"),
        ("", f"MODEL:m1;SN:{SERIAL}"),
        ("", f"https://example.com/?model=M1&sn={SERIAL}"),
    ):
        assert looked_at([pack], [asked]) == [Unit("M1", SERIAL)], asked
    assert looked_at([pack], [("", SERIAL)]) == []
