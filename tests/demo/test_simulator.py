"""The simulator plays whole recalls from seeds; the books must be what its own truth says."""

from __future__ import annotations

import ast
import logging
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet
from click.testing import CliRunner
from django.db import connections

from kaishu.cli.simulate import simulate
from kaishu.demo.simulator.play import Outcome, play
from kaishu.demo.simulator.rooms import make_template
from tests.demo import mistakes
from tests.support import seeds
from tests.support.environment import ENGINE

# The worlds of `make test`: few owners and much trouble. `make torture` plays whole ones.
SMALL = {"days": 21, "cases": 5}
WHOLE = {"days": 45, "cases": 14}
PURE = ("facts", "things", "truth", "yard", "stores", "vault", "purse")
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

    def one(seed: int, *, days: int = SMALL["days"], cases: int = SMALL["cases"]) -> Outcome:
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
    began, world = time.process_time(), WHOLE if seeds.TORTURE else SMALL
    numbers = seeds.runs(20, 200) if ENGINE == "sqlite" else range(1)
    for number in numbers:
        outcome = player(seeds.FIRST + number, **world)
        assert not outcome.differs, f"seed {outcome.seed}, day {outcome.day}: {outcome.differs}"
        assert outcome.acts > 0
    used = time.process_time() - began
    sys.stdout.write(f"{len(numbers)} seeds from {seeds.FIRST}, {used:.1f} s\n")


@MEMORY_ONLY
def test_a_seed_tells_the_same_story_every_time(player: Player) -> None:
    first, other = player(seeds.FIRST), player(seeds.FIRST + 1)
    assert player(seeds.FIRST) == first
    assert other.trace != first.trace


def _drawn() -> Iterator[ParameterSet]:
    """Yield every mistake; a run of `make test` plants the three that its seed draws."""
    names = [plant.__name__ for plant in mistakes.SEEN_BY]
    chosen = random.Random(seeds.FIRST).sample(names, 3)
    for plant in mistakes.SEEN_BY:
        out = not seeds.TORTURE and plant.__name__ not in chosen
        marks = pytest.mark.skipif(out, reason="another seed draws it")
        yield pytest.param(plant, id=plant.__name__, marks=marks)


@MEMORY_ONLY
@pytest.mark.parametrize("mistake", list(_drawn()))
def test_a_mistake_in_the_house_or_in_the_truth_is_found(
    player: Player, monkeypatch: pytest.MonkeyPatch, mistake: mistakes.Plant
) -> None:
    mistake(monkeypatch)
    first, world = mistakes.SEEN_BY[mistake], SMALL
    if mistake in mistakes.NEEDS_TIME:
        world = WHOLE
    for number in range(first, first + 60):
        outcome = player(number, **world)
        if outcome.differs:
            assert outcome.day <= world["days"] + 36
            return
    pytest.fail("60 seeds found nothing")


@pytest.mark.parametrize("name", PURE)
def test_the_truth_shares_no_code_with_what_it_checks(name: str) -> None:
    tree = ast.parse((MODEL / f"{name}.py").read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    model = {f"kaishu.demo.simulator.{each}" for each in PURE}
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
