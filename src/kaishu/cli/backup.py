"""`kaishu backup`: copy everything while it runs, encrypted; and check a copy."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import click

from kaishu.cli._django import load
from kaishu.cli._keeping import (
    FOLDER,
    THERE,
    identities,
    identity_option,
    recipient_option,
    recipients_named,
    size,
)
from kaishu.cli._progress import bars, json_option, no_progress_option


class OrMake(click.Group):
    """`kaishu backup FOLDER` is `kaishu backup make FOLDER`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the word in where none of the commands was named."""
        if args and args[0] not in (*self.commands, "--help"):
            args = ["make", *args]
        return super().parse_args(ctx, args)


@click.group(cls=OrMake)
def backup() -> None:
    """Copy the whole installation while it runs, and check a copy.

    \b
    kaishu backup /backups --recipient age1…       a new copy in /backups
    kaishu backup verify /backups                  is the newest one whole?
    """


@backup.command()
@click.argument("target", type=FOLDER)
@recipient_option
@click.option("--in-the-clear", is_flag=True, help="Do not encrypt (the disk does, or a test).")
@click.option("--keep", type=click.IntRange(1), help="Delete all but the newest so many after it.")
@no_progress_option
@json_option
def make(
    *,
    target: Path,
    recipients: tuple[str, ...],
    in_the_clear: bool,
    keep: int | None,
    no_progress: bool,
    as_json: bool,
) -> None:
    """Write a copy of the database and every file into a new folder below TARGET.

    Nobody has to stop working: the database is copied as of one moment, and a file that a row
    names is there before the row. A copy that is cut off does not count, and the next run takes
    over what it had. Files that never change are linked from the copy before, so a copy every few
    minutes is cheap, and each is whole by itself.

    The keys are not in it: KAISHU_FIELD_KEY and KAISHU_SECRET_KEY are named by fingerprint, and
    you keep them elsewhere. Without the field key nobody reads a name or a photo again.

    \b
    Example:  kaishu backup /backups --recipient age1qx… --keep 30
    Exit codes: 0 written · 1 refused, with the reason
    """
    load()
    from kaishu.base.clock import now
    from kaishu.base.keeping import backup as copies

    with bars(hidden=no_progress or as_json) as advance:
        folder, manifest = copies.make(
            target=target.resolve(),
            recipients=recipients_named(recipients),
            at=now(),
            in_the_clear=in_the_clear,
            advance=advance,
        )
    gone = copies.older(target.resolve(), keep=keep) if keep else []
    for old in gone:
        shutil.rmtree(old)
    rows = sum(manifest.rows.values())
    if as_json:
        said = {"folder": str(folder), "rows": rows, "files": manifest.members}
        click.echo(json.dumps(said | {"bytes": manifest.bytes, "deleted": len(gone)}))
        return
    click.echo(f"{folder}: {rows:,} rows, {manifest.members:,} files, {size(manifest.bytes)}.")
    click.echo("Needed to use it: " + ", ".join(f"{k} {v}" for k, v in manifest.keys.items()))
    if gone:
        click.echo(f"{len(gone)} older copies deleted.")


@backup.command()
@click.argument("folder", type=THERE)
@identity_option
@no_progress_option
@json_option
def verify(*, folder: Path, identity: Path | None, no_progress: bool, as_json: bool) -> None:
    """Check every file of a copy, of the newest one where FOLDER holds several.

    Without --identity the encrypted files are checked as they lie there; with it they are opened,
    and what is in them is checked, too. Do that once a month, where the key is.

    \b
    Example:  kaishu backup verify /backups --identity key.txt
    Exit codes: 0 whole · 1 damaged or no copy
    """
    load()
    from kaishu.base.keeping import backup as copies

    kept = copies.opened(copies.newest(folder), identities(identity))
    with bars(hidden=no_progress or as_json) as advance:
        wrong = copies.verify(kept, advance=advance)
    if as_json:
        click.echo(
            json.dumps({"folder": str(kept.folder), "files": len(kept.members), "wrong": wrong})
        )
    for name in [] if as_json else wrong:
        click.echo(f"damaged: {name}")
    if wrong:
        raise SystemExit(1)
    if not as_json:
        opened = "opened and checked" if identity or not kept.manifest.recipients else "checked"
        click.echo(f"{kept.folder}: {len(kept.members):,} files {opened}, all whole.")
