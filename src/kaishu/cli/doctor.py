"""`kaishu doctor`: look at everything, and name what is wrong and what to do."""

from __future__ import annotations

import click

from kaishu.cli._django import load
from kaishu.cli._progress import bars, json_option, no_progress_option


@click.command()
@click.option("--quick", is_flag=True, help="Leave out what reads every file and every entry.")
@click.option("--strict", is_flag=True, help="Exit code 1 for warnings, too.")
@no_progress_option
@json_option
def doctor(*, quick: bool, strict: bool, no_progress: bool, as_json: bool) -> None:
    """Examine the whole installation. Changes nothing.

    Settings, migrations and guards; clock and disk; files that are missing, damaged or needed by
    nobody; edition packs; the books, claims, payouts and messages; work and mail that are stuck.

    \b
    Example:  kaishu doctor --json | jq .code
    Exit codes: 0 healthy (warnings are shown) · 1 something is wrong
    """
    load()
    from kaishu.cli._doctor import examine, show

    with bars(hidden=no_progress or as_json) as advance:
        found = list(examine(quick=quick, advance=advance))
    raise SystemExit(show(found, as_json=as_json, strict=strict))
