"""`kaishu trace`: which lots went into which units, and where the units went."""

from __future__ import annotations

import getpass

import click

from kaishu.cli._django import load, start


@click.group()
def trace() -> None:
    """Follow lots into units and units back to lots, across the companies of one network."""


@trace.command("open")
@click.argument("network")
@click.argument("name", default="")
def open_(*, network: str, name: str) -> None:
    """Open NETWORK, a short name such as acme-jp; NAME is what people call it.

    \b
    Example:  kaishu trace open acme-jp "Acme Japan and its suppliers"
    Exit codes: 0 open, now or before · 1 refused, with the reason
    """
    start()
    from kaishu.base.clock import now
    from kaishu.supply.network import actions

    by = f"server:{getpass.getuser()}"
    made = actions.open_network(slug=network, name=name, by=by, at=now())
    click.echo(f"{made.slug}: {made.name}")


@trace.command()
def networks() -> None:
    """List the networks of this installation."""
    load()
    from kaishu.supply.network import queries

    for each in queries.networks():
        click.echo(f"{each.slug:24} {each.name}")
