"""Serials as few rules: never one unit more than was found, and none lost."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from kaishu.core.recall import Rule, RuleKind, SerialFormat
from kaishu.core.selectors import SELECTORS
from kaishu.supply.to_recall.runs import SHORTEST, Run, Written, write

LETTERS = SerialFormat(code="k", alphabet="0123456789AK", lengths=(8, 9))


def selected(written: Written, form: SerialFormat, serial: str) -> bool:
    """Say whether the rules that a result stands for select a serial, as the check would."""
    rules = [
        Rule(no=no, product="K", kind=run.kind, head=run.head, first=run.first, last=run.last)
        for no, run in enumerate(written.runs, start=1)
    ]
    by_kind = {kind: [rule for rule in rules if rule.kind is kind] for kind in RuleKind}
    named = [SELECTORS[kind](of, form, {})(serial) for kind, of in by_kind.items() if of]
    return serial in written.listed or any(named)


def test_numbers_in_a_row_become_one_rule_and_the_odd_ones_a_list() -> None:
    row = [f"AK{number:06}" for number in range(95, 205)]
    written = write([*row, "AK000400", "ak000401"], LETTERS)
    assert written.runs == (Run(RuleKind.COUNTER, "000095", "000204", 110, "AK"),)
    assert written.listed == ("AK000400", "AK000401")
    assert written.unfit == ()


def test_a_hole_ends_a_run() -> None:
    row = [f"AK{number:06}" for number in range(100, 160) if number != 130]
    written = write(row, LETTERS)
    assert [(run.first, run.last) for run in written.runs] == [
        ("000100", "000129"),
        ("000131", "000159"),
    ]
    assert not selected(written, LETTERS, "AK000130")


def test_serials_that_count_in_the_brands_own_letters_become_a_range() -> None:
    form = SerialFormat(code="k", alphabet="BCD", lengths=(5,))
    row = [
        "".join("BCD"[number // 3**place % 3] for place in (4, 3, 2, 1, 0))
        for number in range(40, 90)
    ]
    assert write(row, form).runs == (Run(RuleKind.RANGE, row[0], row[-1], 50),)


def test_what_the_format_cannot_read_is_named_and_not_dropped() -> None:
    written = write(["AK000001", "QQ-1"], LETTERS)
    assert (written.listed, written.unfit) == (("AK000001",), ("QQ-1",))


@given(seed=st.integers(0, 2**32), runs=st.integers(0, 5))
def test_the_rules_select_what_was_found_and_nothing_else(seed: int, runs: int) -> None:
    draw = random.Random(seed)
    found: set[str] = set()
    for _run in range(runs):
        start, length = draw.randrange(900_000), draw.randrange(1, 3 * SHORTEST)
        head, width = draw.choice(["AK", "KA0", "A"]), draw.choice([6, 6, 5])
        found |= {f"{head}{number:0{width}}" for number in range(start, start + length)}
    fit = {serial for serial in found if len(serial) in LETTERS.lengths}
    written = write(found, LETTERS)
    assert set(written.unfit) == found - fit
    near = {f"{serial[:-1]}{digit}" for serial in fit for digit in "019AK"}
    for serial in fit | {each for each in near if len(each) in LETTERS.lengths}:
        assert selected(written, LETTERS, serial) == (serial in fit), serial
