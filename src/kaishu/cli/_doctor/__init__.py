"""The examination of an installation: one file for each thing that is looked at.

Each yields `Trouble` and changes nothing. What cannot even be looked at is a trouble by itself,
and the rest is examined all the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import click

from kaishu.base import clock
from kaishu.base.keeping.values import Advance, silent
from kaishu.cli._doctor import books, files, gate, graphs, machine, work
from kaishu.cli._doctor.values import Trouble, error

Step = Callable[[datetime, Advance], Iterator[Trouble]]
QUICK: Sequence[Step] = (
    machine.settings,
    machine.database,
    machine.clock,
    machine.disk,
    work.all_of_it,
    gate.pressed,
)
THOROUGH: Sequence[Step] = (files.packs, files.stored, graphs.whole, books.audits)


def examine(*, quick: bool = False, advance: Advance = silent) -> Iterator[Trouble]:
    """Yield everything that is wrong, the ground first."""
    at = clock.now()
    for step in QUICK if quick else (*QUICK, *THOROUGH):
        try:
            yield from step(at, advance)
        except Exception as problem:
            where = f"{step.__module__.rpartition('.')[2]}.{step.__name__}"
            yield error(
                "cannot_look", where, type(problem).__name__, "See the log; mend that first."
            )


def show(found: Sequence[Trouble], *, as_json: bool, strict: bool = False) -> int:
    """Print what was found; returns the exit code."""
    wrong = [trouble for trouble in found if trouble.is_error or strict]
    for trouble in found:
        click.echo(json.dumps(trouble.as_json()) if as_json else str(trouble))
    if not as_json:
        click.echo(
            f"{len(found)} findings, {len(wrong)} of them wrong." if found else "All is well."
        )
    return 1 if wrong else 0
