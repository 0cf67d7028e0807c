"""What `kaishu trace alert` writes: letters as files, and lines or JSON about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kaishu.core.errors import Refusal
from kaishu.core.lot_alert_words import NOTED
from kaishu.core.receipts import fingerprint
from kaishu.core.sentences import sentence

_CAME_OF_IT = {
    "sent": "SENT: newer answer {answer}",
    "not_sent": "NOT SENT [{refused}]",
    "waiting": "WAITING: our answer is no longer right; a person answers it again",
    "not_answered": "WAITING: nobody has answered it yet",
    "same": "our answer still says the same",
    "failed": "FAILED: it could not be looked at; the log says why",
}

if TYPE_CHECKING:
    from kaishu.supply.alerts.state import State
    from kaishu.supply.models import Letter, LetterMatch


def write(row: Letter, data: bytes, out: Path | None, *, as_json: bool, key: str = "") -> None:
    """Write a letter's file, and say where it is and who signed it."""
    target = out or Path(f"{row.number}.json")
    target.write_bytes(data)
    if as_json:
        said = {"number": row.number, "kind": row.kind, "file": str(target), "key": key}
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    click.echo(f"{target}: {row.kind} {row.number}, {len(data):,} bytes, signed by")
    click.echo(f"  {row.issuer_name}  {fingerprint(bytes.fromhex(row.issuer_key))}")
    if key:
        click.echo(f"  key   {key}")


def say_taken(line: dict[str, Any]) -> None:
    """Say what became of one file."""
    if "refused" in line:
        click.echo(f"{line['file']}: refused [{line['refused']}] {line['why']}", err=True)
        return
    again = ", known already" if line["known"] else ""
    click.echo(f"{line['file']}: {line['kind']} {line['number']}{again}")
    click.echo(f"  {line['issuer']}: {line['standing']}  {line['fingerprint']}")
    for each in line["matches"]:
        say_match(each)
    for slug, code in line["missed"].items():
        click.echo(f"  {slug}: not matched [{code}]")


def say_match(said: dict[str, Any]) -> None:
    """Say how many lots were found and what carries them."""
    counts = said["counts"]
    click.echo(
        f"  {said['network']}: {counts['lots']:,} of its lots and "
        f"{counts.get('units', 0):,} of its serials are here ({said['compared']:,} compared); "
        f"units certain {counts['certain']:,}, possible {counts['possible']:,}; here "
        f"{counts['here']:,}, shipped {counts['shipped']:,}, not known where "
        f"{counts['not_known_where']:,}"
    )
    if counts.get("not_judged"):
        click.echo(
            f"  NOT JUDGED: {counts['not_judged']:,}: no record says of which lots they are made. "
            "The counts and an answer leave them out: an answer says so."
        )
    for name, word in NOTED.items():
        if counts.get(name):
            click.echo(f"  {counts[name]:,}: {sentence(f'alert_open_{word}', 'en').text}")


def say_answer(row: Letter) -> None:
    """Say what an answer leaves open, and where it goes."""
    for word in row.counts.get("open", ()):
        click.echo(f"  OPEN [{word}] {sentence(f'alert_open_{word}', 'en').text}")
    reply = getattr(row, "reply", None)
    if reply is not None:
        click.echo(f"  goes to {reply.url}; the worker sends it")


def say_tick(said: dict[str, Any]) -> None:
    """Say what a look at all letters came to, and why there may be more that it could not see."""
    for line in (*said["changed"], *said["waiting"]):
        say_change(line)
    for line in said["sent_before"]:
        click.echo(f"{line['number']} newer answer {line['answer']} was sent {line['at']}")
    for network, words in said["not_ready"].items():
        for word in words:
            click.echo(f"{network}: NOT READY [{word}] {sentence(f'alert_open_{word}', 'en').text}")
    click.echo(f"{len(said['changed'])} changed, {len(said['waiting'])} waiting")


def say_change(line: dict[str, Any]) -> None:
    """Say what became of one letter: its numbers before and now, and whether an answer went out."""
    names = [name for name in line["now"] if line["now"][name] != line["before"].get(name, 0)]
    told = ", ".join(
        f"{name} {line['before'].get(name, 0):,} → {line['now'][name]:,}" for name in names
    )
    click.echo(f"{line['number']} {line['issuer']}: {told or 'the same numbers'}")
    click.echo(f"  {_CAME_OF_IT[line['outcome']].format(**line)}")
    if line["refused"]:
        click.echo(f"  {sentence(line['refused'], 'en').text}")


def match_json(found: LetterMatch) -> dict[str, Any]:
    """Return a match for machines."""
    return {
        "network": found.network.slug,
        "item": found.item,
        "compared": found.compared,
        "counts": found.counts,
        "anyway": found.anyway,
    }


def state_json(each: State) -> dict[str, Any]:
    """Return a letter and its state for machines."""
    row = each.row
    return {
        "number": row.number,
        "kind": row.kind,
        "direction": row.direction,
        "state": each.word.value,
        "standing": each.standing.value,
        "issuer": row.issuer_name,
        "issued_at": row.issued_at.isoformat(),
        "item": row.item,
        "lots": row.lots,
        "defect": row.defect,
        "answer_by": row.answer_by.isoformat() if row.answer_by else None,
        "match": match_json(each.match) if each.match else None,
        "counts": dict(each.tally.counts),
        "open": list(each.tally.open),
        "answers": [
            {"issuer": one.issuer_name, "standing": how.value, "step": one.step, **one.counts}
            for one, how in each.answers
        ],
        "forwarded": [step.key for step in each.passed_on],
    }


def refused(name: str, refusal: Refusal) -> dict[str, Any]:
    """Return why a file was refused."""
    said = sentence(refusal.code, "en", refusal.facts)
    return {"file": name, "refused": refusal.code, "why": f"{said.text} {said.next}".strip()}
