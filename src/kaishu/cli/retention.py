"""`kaishu retention`: delete what is past its time, now; the worker does it once a day."""

from __future__ import annotations

import click

from kaishu.cli._django import start


@click.command()
@click.option("--dry-run", is_flag=True, help="Only count what would go.")
def retention(*, dry_run: bool) -> None:
    """Delete drafts, files, codes, messages and details past their time (people/retention.toml).

    Prints counts only. The books and the decisions are never touched.
    """
    start()
    from kaishu.base.clock import now
    from kaishu.cli._retention import sweep

    counts = sweep(at=now(), dry_run=dry_run)
    for what, number in counts.items():
        click.echo(f"{number:8,} {what.replace('_', ' ')}")
    if dry_run:
        click.echo("Nothing was deleted: this was a dry run.")
    if counts.get("failed_steps"):
        raise click.ClickException("some of it could not be done: see the log")
