"""`kaishu trace mock`: a lot is traced against the clock, and the record is kept and printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kaishu.cli import main
from kaishu.supply.models import MockRecall
from tests.supply import test_mock as world
from tests.supply.traced import traced

pytestmark = pytest.mark.django_db


def run(*words: str) -> Result:
    return CliRunner().invoke(main.kaishu, ["trace", "mock", *words])


@pytest.fixture(autouse=True)
def network() -> None:
    traced(world.acts(), items=world.ITEMS, partners=world.PARTNERS)


def test_a_lot_is_named_as_on_its_label_and_the_record_is_written(tmp_path: Path) -> None:
    paper = tmp_path / "record.pdf"
    done = run("kumo", "C1", "--by", "A. Mori", "--pdf", str(paper), "--language", "ja")
    assert done.exit_code == 0
    row = MockRecall.objects.get()
    said = done.stdout.splitlines()
    assert said[0] == f"Mock recall no. {row.pk}: {world.LOT} (Chosen by the person who ran it)"
    assert said[1:3] == [
        "  6 units: 6 certain, 0 possible",
        "  located 4 = 66.7 %, ended 1 of them",
    ]
    assert f"    {world.PHONES[3]}" in said
    assert paper.read_bytes().startswith(b"%PDF-")
    assert row.by == "A. Mori"


def test_a_seed_draws_the_lot_and_machines_read_the_same_facts() -> None:
    facts = json.loads(run("kumo", "--seed", "7", "--by", "a", "--json").stdout)
    assert (facts["lot"], facts["seed"], facts["percent_located"]) == (world.LOT, 7, "66.7")
    assert facts["lost_units"] == [world.PHONES[3], world.PHONES[5]]


def test_what_names_no_lot_is_refused_and_not_kept() -> None:
    assert getattr(run("kumo", "C9", "--by", "a").exception, "code", "") == "thing_unknown"
    assert run("kumo", "C1", "--seed", "7", "--by", "a").exit_code == 2
    assert not MockRecall.objects.exists()
