"""`kaishu trace alert`: letters about lots between companies, from the command line."""

from __future__ import annotations

import getpass
import json
import secrets
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from kaishu.cli import _trace_alerts_say as say
from kaishu.cli._django import start
from kaishu.cli._progress import bars, json_option, no_progress_option
from kaishu.cli._trace_alerts_tick import confirm, tick
from kaishu.core.lot_alert_words import (
    ACTS,
    ALERT,
    CONTACTS,
    DEFECTS,
    DIRECTIONS,
    QUESTION,
    REASONS,
    SEVERITIES,
    STEPS,
)
from kaishu.core.receipts import fingerprint

DAY = click.DateTime(["%Y-%m-%d"])
FILE = click.Path(dir_okay=False, path_type=Path)
out_option = click.option("--out", type=FILE, help="Write the letter here. [default: NUMBER.json]")
us_option = click.option("--as", "us", default="", help="Our own party code in the network.")


@click.group()
def alert() -> None:
    """Lot alerts: tell other companies of bad lots, and answer what they tell.

    A letter is one signed JSON file (docs/howto/lot-alerts.md has the format). It names lots or
    hides them under a key; who holds the key can guess them.
    """


@alert.command()
@click.argument("network")
@click.argument("item")
@click.argument("lots", nargs=-1)
@click.option("--lots-file", type=click.File("r", encoding="utf-8-sig"), help="One lot a line.")
@click.option("--unit", "units", multiple=True, help='A serial, or a run "SN-1 .. SN-200".')
@click.option("--question", is_flag=True, help='Ask "do you hold any of these?" instead.')
@click.option("--defect", type=click.Choice(DEFECTS), default="not_said", show_default=True)
@click.option("--severity", type=click.Choice(SEVERITIES), default="not_said", show_default=True)
@click.option("--act", type=click.Choice(ACTS), default="answer_only", show_default=True)
@click.option("--contact", type=click.Choice(CONTACTS), default="quality", show_default=True)
@click.option("--item-name", default="", help="What people call the item.")
@click.option("--made-from", type=DAY, help="First day on which the lots were made.")
@click.option("--made-until", type=DAY, help="Last day on which they were made.")
@click.option("--answer-by", type=DAY, help="The day by which an answer is wanted.")
@click.option("--valid-until", type=DAY, help="After this day nobody takes the letter in.")
@click.option("--reply-to", default="", help="Address at which answers are wanted.")
@click.option("--supersedes", default="", help="Number of the letter that this one replaces.")
@click.option("--plain", is_flag=True, help="Write lot numbers in clear, not hidden.")
@click.option("--key-apart", is_flag=True, help="Leave the key out of the file; it is printed.")
@us_option
@out_option
@json_option
def issue(
    *, network: str, item: str, lots: tuple[str, ...], out: Path | None, as_json: bool, **said: Any
) -> None:
    """Issue an alert about LOTS of ITEM, signed with this installation's key.

    ITEM is an item's code, such as /01/04548736120030 or /x/item/CELL-18650. Without LOTS and
    --unit, everything that was made from --made-from until --made-until is meant.

    \b
    Example:  kaishu trace alert issue acme-jp /x/item/CELL-18650 L77 L78 --defect welding
    Exit codes: 0 issued and written · 1 refused, with the reason
    """
    start()
    from kaishu.base.clock import now
    from kaishu.supply.alerts import take, write

    listed, file = list(lots), said.pop("lots_file")
    if file is not None:
        listed += file.read().splitlines()
    draft = write.Draft(
        network=network,
        item=item,
        lots=tuple(listed),
        kind=QUESTION if said.pop("question") else ALERT,
        made=(_day(said.pop("made_from")), _day(said.pop("made_until"))),
        answer_by=_day(said.pop("answer_by")),
        valid_until=_day(said.pop("valid_until")),
        hide=not said.pop("plain"),
        **said,
    )
    row = write.issue(draft, key=_new_key(), by=_by(), at=now(), door="cli")
    key = take.sent_of(row).key.hex() if row.key_apart else ""
    say.write(row, write.file(row), out, as_json=as_json, key=key)


@alert.command("take")
@click.argument("files", nargs=-1, required=True, type=click.File("rb"))
@json_option
@no_progress_option
def take_(*, files: tuple[Any, ...], as_json: bool, no_progress: bool) -> None:
    """Take letters in: check the signature, keep it, and match it where its company is known.

    A refused file is kept with its reason, and the next one is read.

    \b
    Example:  kaishu trace alert take inbox/*.json
    Exit codes: 0 all are in · 1 at least one was refused
    """
    start()
    from kaishu.base.clock import now
    from kaishu.core.errors import Refusal
    from kaishu.supply.alerts.arrive import arrive

    lines: list[dict[str, Any]] = []
    with bars(hidden=as_json or no_progress) as advance:
        for file in files:
            try:
                came = arrive(file.read(), door="cli", by=_by(), at=now(), advance=advance)
            except Refusal as refusal:
                lines.append(say.refused(file.name, refusal))
                continue
            row = came.taken.row
            lines.append(
                {
                    "file": file.name,
                    "number": row.number,
                    "kind": row.kind,
                    "issuer": row.issuer_name,
                    "fingerprint": fingerprint(bytes.fromhex(row.issuer_key)),
                    "standing": came.taken.standing.value,
                    "known": came.taken.known,
                    "matches": [say.match_json(each) for each in came.matches],
                    "missed": came.missed,
                }
            )
    if as_json:
        click.echo(json.dumps(lines, ensure_ascii=False, indent=1))
    else:
        for line in lines:
            say.say_taken(line)
    if any("refused" in line for line in lines):
        raise SystemExit(1)


@alert.command("match")
@click.argument("number")
@click.argument("network", default="")
@click.option("--item", default="", help="Our own code of the letter's item, where it differs.")
@click.option("--key", default="", help="The key of hidden lots, where it came apart.")
@click.option("--anyway", is_flag=True, help="Match although the company's key is not checked.")
@us_option
@json_option
@no_progress_option
def match_(
    *, number: str, network: str, key: str, as_json: bool, no_progress: bool, **how: Any
) -> None:
    """Look for the lots of letter NUMBER in NETWORK, and count what carries them.

    \b
    Example:  kaishu trace alert match 5f1c… acme-jp
    Exit codes: 0 looked, with or without a hit · 1 refused, with the reason
    """
    start()
    from kaishu.base.clock import now
    from kaishu.supply.alerts import take
    from kaishu.supply.alerts.match import match

    at, by = now(), _by()
    if key:
        take.bring_key(number=number, key=key, by=by, at=at)
    with bars(hidden=as_json or no_progress) as advance:
        found = match(number=number, network=network, by=by, at=at, advance=advance, **how)
    if as_json:
        said = {**say.match_json(found), "found": found.found}
        click.echo(json.dumps(said, ensure_ascii=False, indent=1))
        return
    say.say_match(say.match_json(found))
    for code in found.found:
        click.echo(f"  {code}")


@alert.command("answer")
@click.argument("number")
@click.option("--step", type=click.Choice(STEPS), default="counted", show_default=True)
@click.option("--units", type=int, default=0, help="With sold_since: how many left us.")
@us_option
@out_option
@json_option
def answer_(
    *, number: str, step: str, units: int, us: str, out: Path | None, as_json: bool
) -> None:
    """Answer letter NUMBER with one of the four answers; names no consignee.

    \b
    Example:  kaishu trace alert answer 5f1c… --step counted
    Exit codes: 0 signed and written · 1 refused, with the reason
    """
    start()
    from kaishu.base.clock import now
    from kaishu.supply.alerts import write

    said: dict[str, Any] = {"number": number, "step": step, "units": units, "us": us}
    row = write.answer(**said, key=_new_key(), by=_by(), at=now(), door="cli")
    say.write(row, write.file(row), out, as_json=as_json)
    if not as_json:
        say.say_answer(row)


@alert.command("forward")
@click.argument("number")
@click.argument("network", default="")
@click.option("--to", type=click.Choice(DIRECTIONS), required=True)
@click.option("--without-key", is_flag=True, help="Leave the key of hidden lots out.")
@us_option
@out_option
@json_option
def forward_(
    *,
    number: str,
    network: str,
    to: str,
    us: str,
    without_key: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Pass letter NUMBER on to suppliers or customers, with our own signature added.

    \b
    Example:  kaishu trace alert forward 5f1c… --to customers
    Exit codes: 0 signed and written · 1 refused, with the reason
    """
    start()
    from kaishu.base.clock import now
    from kaishu.supply.alerts import take, write

    how: dict[str, Any] = {"number": number, "network": network, "to": to, "us": us}
    write.forward(**how, key=_new_key(), by=_by(), at=now())
    row = take.letter(number)
    data = write.file(row, to=to, with_key=False if without_key else None)
    say.write(row, data, out, as_json=as_json)


@alert.command()
@click.argument("number")
@click.option("--reason", type=click.Choice(REASONS), required=True)
@out_option
@json_option
def withdraw(*, number: str, reason: str, out: Path | None, as_json: bool) -> None:
    """Take letter NUMBER of ours back; send the new file to whoever has the old one.

    \b
    Example:  kaishu trace alert withdraw 5f1c… --reason mistake
    Exit codes: 0 signed and written · 1 refused, with the reason
    """
    start()
    from kaishu.base.clock import now
    from kaishu.supply.alerts import write

    by, at = _by(), now()
    row = write.withdraw(number=number, reason=reason, key=_new_key(), by=by, at=at, door="cli")
    say.write(row, write.file(row), out, as_json=as_json)


@alert.command("list")
@click.option("--in", "side", flag_value="in", help="Only letters that came in.")
@click.option("--out", "side", flag_value="out", help="Only letters of ours.")
@json_option
def list_(*, side: str | None, as_json: bool) -> None:
    """List alerts and questions, the newest first, with their state."""
    start()
    from kaishu.supply.alerts import state

    found = state.states(direction=side or "")
    if as_json:
        listed = [say.state_json(each) for each in found]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1))
        return
    for each in found:
        lots = each.tally.counts["lots"]
        hits = f"{lots}/{each.row.lots} lots" if each.match else f"{each.row.lots} lots"
        click.echo(
            f"{each.row.number}  {each.row.issued_at:%Y-%m-%d}  {each.row.kind:8}  "
            f"{each.word.value:12}  {hits:>12}  {each.row.issuer_name}"
        )


@alert.command()
@click.argument("code")
@click.argument("name")
@click.argument("public")
@click.option("--end", "over", is_flag=True, help="Trust this key no more.")
def trust(*, code: str, name: str, public: str, over: bool) -> None:
    """Trust the PUBLIC key (64 hexadecimal digits) of a company: its party CODE and NAME.

    Compare the fingerprint by telephone first: whoever owns a trusted key is believed.

    \b
    Example:  kaishu trace alert trust /x/party/harima "Harima Cells" 8a88e3dd…
    Exit codes: 0 written down · 1 refused, with the reason
    """
    start()
    from kaishu.base.clock import now
    from kaishu.supply.alerts import known

    by, at = _by(), now()
    if over:
        row = known.end(code=code, public=public, by=by, at=at)
    else:
        row = known.trust(code=code, name=name, public=public, by=by, at=at)
    click.echo(f"{row.name} ({row.code}): {'not trusted' if over else 'trusted'}")
    click.echo(f"  print {fingerprint(bytes.fromhex(row.public))}")


@alert.command()
def keys() -> None:
    """Show our own key, and the keys of other companies that are trusted."""
    start()
    from kaishu.supply.alerts import own
    from kaishu.supply.alerts.known import Known

    ours = own.signer().public
    click.echo(f"ours   {ours.hex()}\n       {fingerprint(ours)}")
    for each in Known().issuers():
        click.echo(f"{each.row.name} ({each.row.code})\n       {each.row.public}")
        click.echo(f"       {each.fingerprint}")


alert.add_command(tick)
alert.add_command(confirm)


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None


def _by() -> str:
    return f"server:{getpass.getuser()}"


def _new_key() -> str:
    return secrets.token_hex(16)
