"""`kaishu demo files`: write the demo recall folders with their generated serial lists."""

from __future__ import annotations

from pathlib import Path

import click

from kaishu.demo.library import write_library
from kaishu.demo.serials import COUNTS, LISTED, NOT_LISTED, write_recalls


@click.command("files")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder to write into; it is made if it is not there.",
)
@click.option(
    "--library",
    "with_library",
    is_flag=True,
    help="Write the other real recalls too, each with its own rule.",
)
def demo_files(*, folder: Path, with_library: bool) -> None:
    """Write the demo recall folders, ready for `kaishu recall check` and `publish`."""
    folder.mkdir(parents=True, exist_ok=True)
    for made in write_library(folder) if with_library else ():
        click.echo(f"{made.name}: its own rule; texts and remedies are generated")
    for written in write_recalls(folder):
        click.echo(f"{written.file}: {written.count:,} generated serials")
    model = "A1263"
    click.echo(f"Listed, easy to type:   {LISTED[model][0]} … {LISTED[model][-1][-1]}")
    click.echo(f"Well formed, not listed: {NOT_LISTED[model][0]} … {NOT_LISTED[model][-1][-1]}")
    click.echo(f"Next: kaishu recall check {folder / next(iter(COUNTS))}")
