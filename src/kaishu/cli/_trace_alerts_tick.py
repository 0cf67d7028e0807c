"""`kaishu trace alert tick` and `confirm`: look again, and say where answers may go."""

from __future__ import annotations

import getpass
import json
from typing import TYPE_CHECKING, Any

import click

from kaishu.cli import _trace_alerts_say as say
from kaishu.cli._django import start
from kaishu.cli._progress import bars, json_option, no_progress_option

if TYPE_CHECKING:
    from kaishu.supply.alerts.again import Change


@click.command()
@json_option
@no_progress_option
def tick(*, as_json: bool, no_progress: bool) -> None:
    """Look again for every open letter whose answer may have changed, and say what changed.

    Where we hold more than our answer says, a newer answer is signed and sent; the old one stays.
    Where we hold less, a person looks first. The worker does the same every five minutes.

    \b
    Example:  kaishu trace alert tick
    Exit codes: 0 looked · 1 an answer is wrong and could not be sent, with the reason
    """
    start()
    from kaishu.base.clock import now
    from kaishu.supply.alerts.again import tick as again

    with bars(hidden=as_json or no_progress) as advance:
        changes = again(at=now(), by=f"server:{getpass.getuser()}", advance=advance)
    lines = [_line(each) for each in changes]
    if as_json:
        click.echo(json.dumps(lines, ensure_ascii=False, indent=1))
    else:
        for line in lines:
            say.say_change(line)
        click.echo(f"{len(lines)} changed")
    if any(line["refused"] for line in lines):
        raise SystemExit(1)


@click.command()
@click.argument("number")
@click.option("--end", "over", is_flag=True, help="Send nothing there any more.")
def confirm(*, number: str, over: bool) -> None:
    """Confirm the address at which letter NUMBER wants its answer: ours go there by themselves.

    Ask the company by telephone whether the address is theirs.

    \b
    Example:  kaishu trace alert confirm 5f1c…
    Exit codes: 0 written down · 1 refused, with the reason
    """
    start()
    from kaishu.base.clock import now
    from kaishu.connections import replies

    by = f"server:{getpass.getuser()}"
    row = replies.confirm(number=number, yes=not over, by=by, at=now())
    click.echo(f"{row.code}: {row.url} {'confirmed' if row.confirmed else 'ended'}")


def _line(change: Change) -> dict[str, Any]:
    return {
        "number": change.row.number,
        "issuer": change.row.issuer_name,
        "before": dict(change.before),
        "now": dict(change.now),
        "answer": change.answer.number if change.answer else "",
        "refused": change.refused,
    }
