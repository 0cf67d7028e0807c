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
    done = run("C1", "--by", "A. Mori", "--pdf", str(paper), "--language", "ja")
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
    facts = json.loads(run("--seed", "7", "--by", "a", "--json").stdout)
    assert (facts["lot"], facts["seed"], facts["percent_located"]) == (world.LOT, 7, "66.7")
    assert facts["lost_units"] == [world.PHONES[3], world.PHONES[5]]


def test_what_names_no_lot_is_refused_and_not_kept() -> None:
    for typed, code in {
        "C9": "trace_thing_not_found",
        "unit S1 of PHONE": "trace_thing_not_found",
        world.PHONES[0]: "mock_needs_lot",
    }.items():
        assert getattr(run(typed, "--by", "a").exception, "code", "") == code, typed
    assert run("C1", "--seed", "7", "--by", "a").exit_code == 2
    assert run("C1", "--goal", "101", "--by", "a").exit_code == 2
    assert not MockRecall.objects.exists()


def test_a_lot_is_typed_as_in_every_question_and_a_missed_goal_has_a_code_of_its_own() -> None:
    missed = run("lot C1 of CELL", "--network", "kumo", "--goal", "70", "--by", "a")
    assert missed.exit_code == 3 and "  goal 70.0 %: not reached" in missed.stdout
    assert run("C1", "--goal", "66.6", "--by", "a").exit_code == 0
    assert [row.goal for row in MockRecall.objects.order_by("pk")] == [700, 666]


def test_with_two_networks_one_must_be_named() -> None:
    traced(world.acts(), slug="second", items=world.ITEMS, partners=world.PARTNERS)
    refused = run("C1", "--by", "a").exception
    assert "kumo" in str(refused) and "second" in str(refused)
    assert run("C1", "--network", "second", "--by", "a").exit_code == 0
    assert MockRecall.objects.get().network.slug == "second"
