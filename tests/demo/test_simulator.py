"""The simulator plays whole recalls from seeds; the books must be what its own truth says."""

from __future__ import annotations

import ast
import logging
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import connections

from kaishu.cli.simulate import simulate
from kaishu.demo.simulator.play import Outcome, play
from kaishu.demo.simulator.rooms import make_template
from tests.support import seeds
from tests.support.environment import ENGINE

# Processor seconds that one test run gives to fresh seeds.
BUDGET = 9
Player = Callable[..., Outcome]


MODEL = Path(sys.modules[play.__module__].__file__ or "").parent
MEMORY_ONLY = pytest.mark.skipif(ENGINE != "sqlite", reason="many seeds are played in memory")


@pytest.fixture
def player(fresh_db: str, data_dir: Path) -> Iterator[Player]:
    """Give a function that plays one seed; in memory where the engine can."""
    logging.disable(logging.CRITICAL)
    if ENGINE == "sqlite":
        image = Path(fresh_db).read_bytes()
        _use("")
        connections["default"].settings_dict["NAME"] = ":memory:"
        connections["default"].ensure_connection()
        connections["default"].connection.deserialize(image)
    template = make_template(data_dir)

    def one(seed: int, *, days: int = 45, cases: int = 14) -> Outcome:
        return play(seed=seed, days=days, cases=cases, template=template)

    yield one
    logging.disable(logging.NOTSET)
    if ENGINE == "sqlite":
        _use(fresh_db)


def _use(name: str) -> None:
    """Leave the present database, for good where it is in memory."""
    connections["default"].settings_dict["NAME"] = name
    connections["default"].close()


def test_fresh_seeds_leave_books_that_are_true(player: Player) -> None:
    began, played = time.process_time(), 0
    for number in seeds.runs(100, 240) if ENGINE == "sqlite" else range(1):
        outcome = player(seeds.FIRST + number)
        assert not outcome.differs, f"seed {outcome.seed}, day {outcome.day}: {outcome.differs}"
        assert outcome.acts > 0
        played += 1
        if not seeds.TORTURE and time.process_time() - began > BUDGET:
            break
    sys.stdout.write(f"{played} seeds from {seeds.FIRST}, {time.process_time() - began:.1f} s\n")


@MEMORY_ONLY
def test_a_seed_tells_the_same_story_every_time(player: Player) -> None:
    first, other = player(seeds.FIRST, days=20, cases=5), player(seeds.FIRST + 1, days=20, cases=5)
    assert player(seeds.FIRST, days=20, cases=5) == first
    assert other.trace != first.trace


def _pays_before_receipt(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("kaishu.payouts.due.DUE", ("approved", "collected", "not_collected"))


def _kits_that_came_back_stay_sent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("kaishu.returns.scans._settle", lambda parcel: None)


def _a_unit_has_no_keeper(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("kaishu.claims.submit.try_to_hold", lambda *_, **__: None)


def _an_undone_scan_still_counts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("kaishu.payouts.due_rows.UNDONE", "never")


def _the_truth_promises_too_little(patch: pytest.MonkeyPatch) -> None:
    def less(self: Any, *given: Any) -> list[tuple[str, str, int]]:
        return [(role, name, n - (n > 1)) for role, name, n in awards(self, *given)]

    from kaishu.demo.simulator.truth import Truth

    awards = Truth._awards
    patch.setattr(Truth, "_awards", less)


@MEMORY_ONLY
@pytest.mark.parametrize(
    "mistake",
    [
        _pays_before_receipt,
        _kits_that_came_back_stay_sent,
        _a_unit_has_no_keeper,
        _the_truth_promises_too_little,
        pytest.param(
            _an_undone_scan_still_counts,
            marks=pytest.mark.skipif(not seeds.TORTURE, reason="rare: some twenty seeds"),
        ),
    ],
)
def test_a_mistake_in_the_house_or_in_the_truth_is_found(
    player: Player, monkeypatch: pytest.MonkeyPatch, mistake: Callable[[pytest.MonkeyPatch], None]
) -> None:
    mistake(monkeypatch)
    for number in range(60):
        outcome = player(seeds.FIRST + number, days=25, cases=8)
        if outcome.differs:
            assert outcome.day <= 25 + 36
            return
    pytest.fail("60 seeds found nothing")


@pytest.mark.parametrize("name", ["facts", "things", "truth", "yard", "purse"])
def test_the_truth_shares_no_code_with_what_it_checks(name: str) -> None:
    tree = ast.parse((MODEL / f"{name}.py").read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    model = {
        f"kaishu.demo.simulator.{each}" for each in ("facts", "things", "truth", "yard", "purse")
    }
    others = {
        each for each in imported if (each or "").split(".")[0] not in sys.stdlib_module_names
    }
    assert others <= model


def test_the_command_refuses_what_it_cannot_do() -> None:
    for wrong in (["--seeds", "0"], ["--days", "0"], ["--seeds", "2", "--database", "sqlite:///x"]):
        assert CliRunner().invoke(simulate, wrong).exit_code == 2
    told = CliRunner().invoke(simulate, ["--help"]).output
    assert "kaishu simulate --seed 7" in told
    assert "Exit codes" in told
