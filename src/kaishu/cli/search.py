"""`kaishu search`: make claims findable that were there before the search was."""

from __future__ import annotations

import click

from kaishu.cli._django import start


@click.command()
def search() -> None:
    """Index every claim that nothing finds yet; safe to stop and to run again.

    Prints a count, and never whose claims they are.
    """
    start()
    from kaishu.claims.search.keep import backfill

    click.echo(f"{backfill():,} claims can be found now.")
