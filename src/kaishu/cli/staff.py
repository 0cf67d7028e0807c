"""`kaishu staff`: the first administrator, and the way back in when every administrator is out."""

from __future__ import annotations

import getpass

import click

from kaishu.cli._django import start

HELP = "manager, operator, reviewer, approver, finance, collector, recycler, auditor, regulator"


@click.group()
def staff() -> None:
    """Make accounts from the server's own command line; everybody else is invited on the page."""


@staff.command()
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, help=f"admin, {HELP}; repeatable.")
def add(*, name: str, roles: tuple[str, ...]) -> None:
    """Make an account and print the link by which its person sets a password."""
    start()

    from kaishu.base.access import accounts
    from kaishu.base.clock import now

    _tell(name, accounts.invite(name=name, roles=roles, by=_by(), at=now()))


@staff.command()
@click.argument("name")
@click.option("--keep-second-step", is_flag=True, help="Only the password was lost.")
def reset(*, name: str, keep_second_step: bool) -> None:
    """Remove a lost second step and print a link that sets a new password."""
    start()

    from kaishu.base.access import accounts
    from kaishu.base.clock import now

    at = now()
    if not keep_second_step:
        accounts.reset_second_step(name=name, by=_by(), at=at)
    _tell(name, accounts.new_link(name=name, by=_by(), at=at))


@staff.command("list")
def listed() -> None:
    """List the accounts with their roles."""
    start()

    from django.contrib.auth.models import User

    from kaishu.base.access import accounts

    for user in User.objects.order_by("username"):
        names = ", ".join(sorted(role.value for role in accounts.roles_named(user)))
        closed = "" if user.is_active else "  (disabled)"
        click.echo(f"{user.username:20} {names}{closed}")


def _tell(name: str, token: str) -> None:
    from django.conf import settings

    click.echo(f"Link for {name}, good once, for 72 hours. Give it to nobody else:")
    click.echo(f"  {settings.KAISHU_PUBLIC_URL}/staff/start/{token}/")


def _by() -> str:
    """Name whoever sits at the server: an account of the machine, not of this installation."""
    return f"server:{getpass.getuser()}"
