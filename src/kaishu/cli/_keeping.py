"""What backup, restore, export and import have in common."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from kaishu.base.keeping import archive

FOLDER = click.Path(file_okay=False, path_type=Path)
THERE = click.Path(exists=True, file_okay=False, path_type=Path)
KEY_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

recipient_option = click.option(
    "--recipient",
    "recipients",
    multiple=True,
    metavar="AGE1…",
    help="Public age (or SSH) key of somebody who may open it; repeatable. "
    "[default: KAISHU_BACKUP_RECIPIENTS]",
)
identity_option = click.option(
    "--identity",
    type=KEY_FILE,
    envvar="KAISHU_BACKUP_IDENTITY",
    help="File with the secret age (or SSH) key that opens it.",
)


def recipients_named(words: Sequence[str]) -> list[str]:
    """Return the recipients of the command line, else those that are set."""
    return list(words) or os.environ.get("KAISHU_BACKUP_RECIPIENTS", "").split()


def identities(file: Path | None) -> list[Any]:
    """Read the keys of an identity file."""
    return archive.identities_of(file.read_text("utf-8")) if file else []


def size(count: int) -> str:
    """Return bytes as people say them."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count = count / 1000  # type: ignore[assignment]  # shown, never counted on
    return f"{count:.1f} TB"


def ask_word(*, word: str | None) -> None:
    """Let somebody type which installation is overwritten, or read the word from the options."""
    from urllib.parse import urlsplit

    from django.conf import settings

    wanted = urlsplit(settings.KAISHU_PUBLIC_URL).netloc
    typed = (
        word
        if word is not None
        else click.prompt(f"Everything at {wanted} is replaced. Type {wanted} to go on", err=True)
    )
    if typed.strip() != wanted:
        raise click.ClickException(f"That is not {wanted}. Nothing was changed.")


def put_back(kept: archive.Archive, *, overwrite: bool, word: str | None, hidden: bool) -> None:
    """Restore or import, point every check at the newest edition again, and forget old packs."""
    from django.conf import settings

    from kaishu.base.keeping import restore
    from kaishu.cli._progress import bars

    Path(settings.KAISHU_DATA_DIR).mkdir(parents=True, exist_ok=True)  # an empty machine has none
    restore.refuse_unfit(kept)
    if overwrite:
        ask_word(word=word)
    with bars(hidden=hidden) as advance:
        restore.restore(archive=kept, overwrite=overwrite, advance=advance)
    point_checks()


def point_checks() -> None:
    """Let the newest edition of every recall answer: the copy may be older than its files."""
    from kaishu.editions import actions, queries

    for row in queries.recall_rows():
        newest = queries.current_edition(row.slug)
        if newest is not None:
            actions.let_answer(edition=newest)
