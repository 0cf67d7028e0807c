"""The doctor says when the gate before the check is pressed, and is silent on a quiet day."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from kaishu.base.keeping.values import silent
from kaishu.cli._doctor import gate
from kaishu.core.gate import Gate, Unit, here

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)


class Cheap:
    """Sets no calculation, so that a thousand looks are quick."""

    def challenge(self, question: bytes, effort: int, *, paid: int, at: int) -> str:
        return "-"

    def proven(self, payload: str, question: bytes, *, at: int) -> None:
        return None


def look(data_dir: Path, count: int) -> None:
    table = Gate(here(data_dir), prover=Cheap())
    for number in range(count):
        unit = Unit("K100", f"AK2{number * 7:05d}")
        table.weigh([unit], address="203.0.113.7", visitor="", at=AT.timestamp())
    table.close()


def test_a_quiet_gate_is_no_trouble(data_dir: Path) -> None:
    assert list(gate.pressed(AT, silent)) == []
    look(data_dir, 50)
    assert list(gate.pressed(AT, silent)) == []


def test_many_looks_that_pay_are_named(data_dir: Path) -> None:
    look(data_dir, 200)
    (found,) = gate.pressed(AT, silent)
    assert (found.code, found.is_error) == ("gate_pressed", False)
    assert found.what.startswith("198 looks")
