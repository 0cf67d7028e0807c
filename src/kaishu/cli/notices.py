"""`kaishu notices`: read a report of failed mail, try the servers, take up what was given up."""

from __future__ import annotations

import sys
from datetime import timedelta

import click

from kaishu.cli._django import start


@click.group()
def notices() -> None:
    """Look after messages to people."""


@notices.command()
def bounced() -> None:
    """Read one failure report from standard input and mark the message it concerns.

    For a mail server's pipe: `bounces: "|kaishu notices bounced"`. A mail that is no such report,
    or not about a mail of ours, is refused and changes nothing.
    """
    mail = sys.stdin.buffer.read(6 * 1024 * 1024)
    start()

    from kaishu.base.clock import now
    from kaishu.notices import bounces

    number = bounces.bounced(mail=mail, at=now())
    click.echo(f"Message {number} did not arrive. Somebody is asked to call its owner.")


@notices.command("test")
@click.option("--to", required=True, help="Mail address that gets the test.")
def try_servers(*, to: str) -> None:
    """Send one plain mail through the servers that are set, outside of the outbox."""
    start()

    from kaishu.base.clock import now
    from kaishu.notices.sending import send_test
    from kaishu.notices.smtp import Later, Refused

    try:
        send_test(to=to, at=now())
    except (Later, Refused) as problem:
        raise click.ClickException(f"not sent: {problem.code}") from None
    click.echo(f"Handed over to the mail server, for {to}.")


@notices.command()
@click.option("--hours", default=48, show_default=True, help="Given up in the last so many hours.")
def replay(*, hours: int) -> None:
    """Queue again what was given up because no server could be reached."""
    start()

    from kaishu.base.clock import now
    from kaishu.notices import actions

    at = now()
    count = actions.replay(since=at - timedelta(hours=hours), at=at)
    click.echo(f"{count} messages are queued again.")
