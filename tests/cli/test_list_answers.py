"""A list is answered together, and each line hears what it would hear alone."""

from __future__ import annotations

import csv
import io
import json
import random
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaishu.cli import check
from kaishu.cli._list_answers import HEAD, ListAnswers
from kaishu.cli._stock import Row
from kaishu.core.answer import Inspection, judge
from kaishu.core.asking import address_of
from kaishu.core.serials import read, read_plainly
from tests.core.small_recall import FORM
from tests.static.worlds import inspections, world
from tests.support.seeds import FIRST

NAMES = {"made": "made_on"}


def row_of(number: int, unit: Inspection) -> Row:
    said = address_of(unit)
    model, serial = said.pop("model", ""), said.pop("serial", "")
    rest = tuple((NAMES.get(name, name), text) for name, text in said.items())
    return Row(number, model, serial, rest)


@pytest.mark.parametrize("seed", [FIRST, FIRST + 1, FIRST + 2])
def test_every_line_hears_what_it_would_hear_alone(seed: int, tmp_path: Path) -> None:
    packs = [world(seed, tmp_path)]
    packs.append(world(seed + 100, tmp_path / "other"))
    draw = random.Random(seed)
    units = [*inspections(seed, packs[0], 40), *inspections(seed, packs[1], 20)]
    # Serials of both recalls behind the facts of a few units: groups of all sizes.
    few = draw.sample(units, 4)
    units += [replace(each, serial=other.serial) for each in few for other in units]
    units += [replace(each, serial=f" {each.serial.lower()[:3]}-{each.serial[3:]}") for each in few]
    asked = [row_of(number, unit) for number, unit in enumerate(units, 2)]
    lines = {}
    for as_json in (True, False):
        says = partial(check._says, packs, "ja", as_json)
        answers = ListAnswers(
            packs, says, partial(check._bad, language="ja"), as_json=as_json, at_once=97
        )
        lines[as_json] = [line for stretch in answers(asked) for _answer, line in stretch]
    table = list(csv.reader(io.StringIO("".join(lines[False]))))
    assert len(table) == len(asked) == len(lines[True])
    for row, line, cells in zip(asked, lines[True], table, strict=True):
        unit = row.line().inspection
        assert unit is not None
        alone = next(check._answers(packs, "ja", unit))
        told = {**alone, "model": row.model, "serial": row.serial, "line": row.number}
        assert json.loads(line) == told
        assert cells == [str(told[name]) for name in HEAD]
        assert alone["answer"] in {judge(pack, unit).answer.value for pack in packs}


@given(st.text(alphabet="A10oO9S -n:?dash(ー", max_size=14))
def test_what_is_read_plainly_is_what_is_read(typed: str) -> None:
    plainly = read_plainly(typed, FORM)
    reading = read(typed, FORM)
    assert plainly is None or (reading.serial, reading.repaired) == (plainly, ())
    if len(typed) == 8 and typed.isalnum() and reading.serial == typed.upper():
        assert plainly == reading.serial or typed[0] in "Ss"
