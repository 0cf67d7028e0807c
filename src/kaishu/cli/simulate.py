"""`kaishu simulate`: play recalls from seeds and hold the books against an independent truth."""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click

MEMORY = "memory"


@click.command()
@click.option("--seed", type=int, help="The first seed. [default: a fresh one, which is printed]")
@click.option("--seeds", default=1, show_default=True, help="How many seeds to play, one by one.")
@click.option("--days", default=90, show_default=True, help="Days that pass in each.")
@click.option("--cases", default=40, show_default=True, help="Owners who file a claim in each.")
@click.option(
    "--database",
    default=MEMORY,
    show_default=True,
    help="'memory', or the URL of an empty database (one seed), which keeps what was played.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a seed.")
def simulate(
    *, seed: int | None, seeds: int, days: int, cases: int, database: str, as_json: bool
) -> None:
    """Play recalls from seeds, and hold the books against what is true.

    Owners, bots, reviewers, carriers, depots, a recycler, a shop, finance and a bank act through
    the real actions. Parcels are lost, scanned twice, hold something else; payouts bounce or stay
    unknown; forms come twice; the worker stands still; clocks change. A plain model beside them
    says what must be so, and every unit, promise and place in the books must be as it says.

    \b
    Examples
      kaishu simulate                      one fresh seed
      kaishu simulate --seed 7             the same story every time, to the last digit
      kaishu simulate --seeds 200          many, until one differs
      kaishu simulate --seed 7 --cases 3000 --database sqlite:///big.sqlite3

    Exit codes: 0 all true, 1 something differs (seed, day and unit are named), 2 wrong use.
    """
    if seeds < 1 or days < 1 or cases < 0:
        raise click.UsageError("--seeds and --days count from 1, --cases from 0.")
    if database != MEMORY and seeds > 1:
        raise click.UsageError("A database holds one seed. Leave --seeds out, or play in memory.")
    first = random.SystemRandom().randrange(10**9) if seed is None else seed
    with tempfile.TemporaryDirectory(prefix="kaishu-simulate-") as folder:
        _environment(Path(folder), database)
        failed = _play_all(range(first, first + seeds), days, cases, Path(folder), as_json=as_json)
    sys.exit(1 if failed else 0)


def _environment(folder: Path, database: str) -> None:
    """Give the simulation keys, a folder and a database of its own: nothing else is touched."""
    url = "sqlite://:memory:" if database == MEMORY else database
    os.environ.update(
        DJANGO_SETTINGS_MODULE="kaishu.config.settings",
        KAISHU_MODE="development",
        KAISHU_DATA_DIR=str(folder),
        KAISHU_DATABASE_URL=url,
        KAISHU_FIELD_KEY="5a" * 32,  # the same links and hashes for the same seed
        KAISHU_SQLITE_SYNCHRONOUS="OFF",
    )


def _play_all(numbers: range, days: int, cases: int, folder: Path, *, as_json: bool) -> bool:
    from kaishu.cli._django import start

    start()

    import logging

    from kaishu.claims.models import Claim
    from kaishu.demo.simulator.play import play
    from kaishu.demo.simulator.rooms import make_template
    from kaishu.editions.models import Recall

    if Recall.objects.exists() or Claim.objects.exists():
        raise click.UsageError("This database is not empty. Name a new one: --database URL.")
    logging.disable(logging.CRITICAL)  # refusals are part of the story
    template = make_template(folder)
    failed, began = False, time.process_time()
    many = len(numbers) > 1 and not as_json
    with click.progressbar(numbers, label="Seeds", show_pos=True, hidden=not many) as bar:
        for number in bar:
            outcome = play(seed=number, days=days, cases=cases, template=template)
            failed = failed or bool(outcome.differs)
            if as_json or outcome.differs or not many:
                _tell(outcome, cases, as_json=as_json)
            if outcome.differs:
                break
    if many and not failed:
        seconds = time.process_time() - began
        click.echo(f"{len(numbers)} seeds from {numbers[0]}: all true ({seconds:.1f} s of work).")
    return failed


def _tell(outcome: Any, cases: int, *, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        click.echo(json.dumps(asdict(outcome)))
        return
    if outcome.differs:
        click.secho(f"seed {outcome.seed}, day {outcome.day}: {outcome.differs}", fg="red")
        again = f"kaishu simulate --seed {outcome.seed} --days {outcome.days} --cases {cases}"
        click.echo(f"Play it again: {again}")
        return
    click.echo(
        f"seed {outcome.seed}: {outcome.acts} acts, {outcome.refused} of them refused, in "
        f"{outcome.days} days; {outcome.units} units and {outcome.promises} promises stand where "
        f"they must, the audit finds nothing. Trace {outcome.trace[:16]}"
    )
