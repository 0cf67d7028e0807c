"""`kaishu restore`: put a backup back, and look whether all is well."""

from __future__ import annotations

from pathlib import Path

import click

from kaishu.cli._django import load
from kaishu.cli._keeping import THERE, identities, identity_option, put_back
from kaishu.cli._progress import no_progress_option


@click.command()
@click.argument("folder", type=THERE)
@identity_option
@click.option("--overwrite", is_flag=True, help="Replace the installation that is here.")
@click.option("--word", help="What --overwrite asks you to type (for scripts).")
@no_progress_option
def restore(
    *, folder: Path, identity: Path | None, overwrite: bool, word: str | None, no_progress: bool
) -> None:
    """Put a backup back where the settings point, then run the doctor.

    FOLDER is one copy, or a folder of copies: then the newest. Stop the servers first. Everything
    is checked before anything is touched: the version, the keys, every file. An installation that
    is here is replaced only with --overwrite and the typed name of its host, and stays as it was
    if anything fails.

    \b
    Example:  kaishu restore /backups --identity key.txt
    Exit codes: 0 back and healthy · 1 refused, or back and the doctor found something
    """
    load()
    from kaishu.base.keeping import backup as copies
    from kaishu.cli._doctor import examine, show

    kept = copies.opened(copies.newest(folder), identities(identity))
    put_back(kept, overwrite=overwrite, word=word, hidden=no_progress)
    click.echo(f"{kept.folder.name} is back: {sum(kept.manifest.rows.values()):,} rows.")
    raise SystemExit(show(list(examine()), as_json=False))
