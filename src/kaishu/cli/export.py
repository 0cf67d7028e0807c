"""`kaishu export`: everything in a form that any later version and either database reads."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kaishu.cli._django import load
from kaishu.cli._keeping import FOLDER, recipient_option, recipients_named, size
from kaishu.cli._progress import bars, json_option, no_progress_option


@click.command()
@click.argument("target", type=FOLDER)
@recipient_option
@no_progress_option
@json_option
def export(*, target: Path, recipients: tuple[str, ...], no_progress: bool, as_json: bool) -> None:
    """Write every table as lines of JSON, and every file, into a new folder below TARGET.

    For a move from SQLite to PostgreSQL or back, to another machine, or to a newer version: an
    import first makes the tables as they were when this was written. Names, addresses and photos
    stay sealed with KAISHU_FIELD_KEY, which is not in it. With --recipient all of it is encrypted.

    \b
    Example:  kaishu export /moving
    Exit codes: 0 written · 1 refused, with the reason
    """
    load()
    from kaishu.base.clock import now
    from kaishu.base.keeping import portable

    with bars(hidden=no_progress or as_json) as advance:
        folder, manifest = portable.export(
            target=target.resolve(),
            recipients=recipients_named(recipients),
            at=now(),
            advance=advance,
        )
    rows = sum(manifest.rows.values())
    if as_json:
        said = {"folder": str(folder), "rows": rows, "files": manifest.members}
        click.echo(json.dumps(said | {"bytes": manifest.bytes}))
        return
    click.echo(f"{folder}: {rows:,} rows, {manifest.members:,} files, {size(manifest.bytes)}.")
    click.echo(f"Next, where it should go: kaishu import {folder}")
