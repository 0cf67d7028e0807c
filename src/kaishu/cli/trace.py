"""`kaishu trace`: which lots went into which units, and where the units went."""

from __future__ import annotations

import getpass

import click

from kaishu.cli._django import load, start
from kaishu.cli._progress import bars, no_progress_option
from kaishu.cli._trace_alerts import alert
from kaishu.cli._trace_ask import backward, blast, cause, forward, what_if
from kaishu.cli._trace_files import files, load_, names, void
from kaishu.cli._trace_mock import mock
from kaishu.cli._trace_speaker import speaker


@click.group()
def trace() -> None:
    """Follow lots into units and units back to lots, across the companies of one network."""


for command in (
    alert,
    backward,
    blast,
    cause,
    files,
    forward,
    load_,
    mock,
    names,
    speaker,
    void,
    what_if,
):
    trace.add_command(command)


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

    made = actions.open_network(slug=network, name=name, by=_by(), at=now())
    click.echo(f"{made.slug}: {made.name}")


@trace.command()
def networks() -> None:
    """List the networks of this installation, with how much their graphs hold."""
    load()
    from kaishu.supply.network import queries

    for each in queries.networks():
        graph = queries.newest_graph(each)
        held = f"{graph.nodes:,} things, {graph.acts:,} acts" if graph else "no graph yet"
        click.echo(f"{each.slug:24} {each.name}  ({held})")


@trace.command()
@click.argument("network", default="")
@click.option("--anew", is_flag=True, help="Read every record again, not only what came since.")
@no_progress_option
def build(*, network: str, anew: bool, no_progress: bool) -> None:
    """Bring the graph of NETWORK up to date with its events and link files.

    The worker does so by itself, once a minute where something came in. Questions are answered
    from the old graph until the new one is whole.

    \b
    Example:  kaishu trace build acme-jp
    Exit codes: 0 up to date · 1 refused, with the reason
    """
    start()
    from kaishu.base.clock import now
    from kaishu.supply.network import actions, queries

    slug = queries.network(network).slug
    act = actions.rebuild if anew else actions.catch_up
    with bars(hidden=no_progress) as progress:
        act(slug=slug, by=_by(), at=now(), progress=progress)
    facts = queries.open_graph(slug).facts
    cycles = f", {facts.cycles} of things made of each other" if facts.cycles else ""
    click.echo(
        f"{slug}: {facts.nodes:,} things, {facts.acts:,} acts, {facts.edges:,} links, "
        f"{facts.bytes:,} bytes{cycles}."
    )


def _by() -> str:
    return f"server:{getpass.getuser()}"
