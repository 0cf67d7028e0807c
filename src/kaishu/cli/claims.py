"""`kaishu claims`: claims as a file."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from kaishu.cli._django import load
from kaishu.cli._progress import bars, no_progress_option

ENDINGS = {".csv": "csv", ".xlsx": "xlsx", ".jsonl": "jsonl"}
QUEUES = ("all", "to_review", "urgent", "contested", "asked", "approved", "refused", "withdrawn")


@click.group()
def claims() -> None:
    """Read claims out of the installation."""


@claims.command()
@click.argument("to", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--recall", default="", help="Claims of this recall only.")
@click.option(
    "--queue",
    type=click.Choice(QUEUES),
    default="all",
    show_default=True,
    help="Claims that stand there only.",
)
@click.option("--with-personal-data", is_flag=True, help="Names, addresses, serials, orders, too.")
@click.option("--reason", default="", help="Why, as a code: ask-legal-2026-11. Goes into the log.")
@no_progress_option
def export(
    *, to: Path, recall: str, queue: str, with_personal_data: bool, reason: str, no_progress: bool
) -> None:
    """Write one line a claim unit to TO; its ending says how: .csv, .xlsx or .jsonl.

    Without --with-personal-data nothing in it leads to a person: case number, product, verdict,
    decision and place. With it, each person is first put into the log of looks with your reason,
    which the auditor reads; the file is made so that only you can open it.

    \b
    Example:  kaishu claims export waiting.csv --queue to_review
    Exit codes: 0 written · 1 refused, with the reason · 2 the command was not understood
    """
    kind = ENDINGS.get(to.suffix.lower())
    if kind is None:
        raise click.UsageError("The name must end in .csv, .xlsx or .jsonl.")
    if with_personal_data and not reason.replace("-", "").replace("_", "").isalnum():
        raise click.UsageError("Personal data needs --reason: letters, digits, - and _ only.")
    load()
    from kaishu.base.clock import now
    from kaishu.claims import export as claims_export

    columns: tuple[str, ...] = claims_export.COLUMNS
    found = claims_export.rows(queue=queue, recall=recall)
    if with_personal_data:
        columns += claims_export.PERSONAL
        by = f"server:{getpass.getuser()}"
        found = claims_export.rows_with_people(
            queue=queue, recall=recall, why=reason[:40], by=by, at=now()
        )
    total = claims_export.count(queue=queue, recall=recall)
    with bars(hidden=no_progress) as advance:
        written = _write(to, kind, columns, _counted(found, advance, total))
    click.echo(f"{to}: {written:,} claim units.", err=True)


def _write(to: Path, kind: str, columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write beside the place, then put it there: a file that is cut off is none."""
    from kaishu.base import exports

    part, seen = to.with_name(f".{to.name}.part"), _Count()
    part.touch(mode=0o600)
    if kind == "jsonl":
        with part.open("w", encoding="utf-8") as file:
            for row in seen.all(rows):
                file.write(json.dumps(row, ensure_ascii=False, default=_plain) + "\n")
    else:
        cells = ([row[name] for name in columns] for row in seen.all(rows))
        if kind == "csv":
            with part.open("w", encoding="utf-8", newline="") as file:
                file.writelines(exports.csv_lines(columns, cells))
        else:
            with part.open("wb") as book:
                exports.write_xlsx(book, columns, cells)
    part.replace(to)
    return seen.count


class _Count:
    def __init__(self) -> None:
        self.count = 0

    def all(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """Pass rows on and count them."""
        for row in rows:
            self.count += 1
            yield row


def _counted(
    rows: Iterable[Mapping[str, Any]], advance: Any, total: int
) -> Iterator[Mapping[str, Any]]:
    for number, row in enumerate(rows, 1):
        yield row
        advance("claims", number, max(total, number))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
