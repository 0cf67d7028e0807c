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
    Where we hold less, a person looks first. The worker does the same every five minutes: what it
    sent in the last 24 hours, what waits for a person, and which network is not ready is said too.

    \b
    Example:  kaishu trace alert tick
    Exit codes: 0 looked · 1 an answer is wrong and could not be sent, with the reason
    """
    start()
    from kaishu.base.clock import now
    from kaishu.supply.alerts import again

    at = now()
    before = again.sent_lately(at=at)
    with bars(hidden=as_json or no_progress) as advance:
        changes = again.tick(at=at, by=f"server:{getpass.getuser()}", advance=advance)
    told = {each.row.number for each in changes}
    said: dict[str, Any] = {
        "changed": [_line(each) for each in changes],
        "waiting": [_line(each) for each in again.waiting(at=at) if each.row.number not in told],
        "sent_before": [
            {"number": each.about, "answer": each.number, "at": each.at.isoformat()}
            for each in before
        ],
        "not_ready": again.not_ready(at=at),
    }
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False, indent=1))
    else:
        say.say_tick(said)
    if any(each.outcome in again.WRONG for each in changes):
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
        "outcome": change.outcome.value,
        "answer": change.answer.number if change.answer else "",
        "refused": change.refused,
    }
