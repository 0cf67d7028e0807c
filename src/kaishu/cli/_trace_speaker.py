"""`kaishu trace speaker`: for which company prefixes a party may say what was made."""

from __future__ import annotations

import getpass

import click

from kaishu.cli._django import load, start


@click.command()
@click.argument("network")
@click.argument("party", default="")
@click.argument("prefixes", metavar="[PREFIX…]", nargs=-1)
def speaker(*, network: str, party: str, prefixes: tuple[str, ...]) -> None:
    """Let PARTY of NETWORK create things under some company prefixes, instead of those before.

    A PREFIX is 4 to 12 digits of a GS1 key, the beginning of a URI of its own that ends in / or :,
    or a code such as /x/item/CELL-18650. PARTY is the site that a connection works for. Without a
    PREFIX it lists who may speak for what.

    \b
    Example:  kaishu trace speaker acme-jp cellco 4999901 https://cellco.example/
    Exit codes: 0 done · 1 refused, with the reason
    """
    if prefixes:
        start()
    else:
        load()
    from kaishu.base.clock import now
    from kaishu.supply.capture import speaking
    from kaishu.supply.network import queries

    there = queries.network(network)
    if prefixes:
        by = f"server:{getpass.getuser()}"
        speaking.let_speak(network=there, party=party, prefixes=prefixes, by=by, at=now())
    for each in speaking.speakers(there, party):
        click.echo(f"{each.party:24} {' '.join(each.prefixes)}")
