"""`kaishu import`: read an export into an empty installation, on either database."""

from __future__ import annotations

from pathlib import Path

import click

from kaishu.cli._django import load
from kaishu.cli._keeping import THERE, identities, identity_option, put_back
from kaishu.cli._progress import no_progress_option


@click.command("import")
@click.argument("folder", type=THERE)
@identity_option
@click.option("--overwrite", is_flag=True, help="Replace the installation that is here.")
@click.option("--word", help="What --overwrite asks you to type (for scripts).")
@no_progress_option
def import_(
    *, folder: Path, identity: Path | None, overwrite: bool, word: str | None, no_progress: bool
) -> None:
    """Read an export where the settings point, then run the doctor.

    Every row keeps its number, and numbers go on where they were. The guards of the tables are
    off only inside the one transaction that fills them. Rows of an older version pass through the
    same steps as they would have in place.

    \b
    Example:  KAISHU_DATABASE_URL=postgres://… kaishu import /moving/export-20261122T020000Z
    Exit codes: 0 in and healthy · 1 refused, or in and the doctor found something
    """
    load()
    from kaishu.base.keeping import portable
    from kaishu.cli._doctor import examine, show

    kept = portable.opened(folder, identities(identity))
    put_back(kept, overwrite=overwrite, word=word, hidden=no_progress)
    click.echo(f"{kept.folder.name} is in: {sum(kept.manifest.rows.values()):,} rows.")
    raise SystemExit(show(list(examine()), as_json=False))
