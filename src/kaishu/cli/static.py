"""`kaishu static`: the public site as files, for when everything else is down."""

from __future__ import annotations

import os
from pathlib import Path

import click

from kaishu.cli._django import load
from kaishu.cli._progress import bars, no_progress_option


@click.group()
def static() -> None:
    """Make a copy of the public site that any web host can serve."""


@static.command("build")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the copy.  [default: site in the data folder]",
)
@click.option(
    "--live", metavar="URL", help="Address of the live site.  [default: KAISHU_PUBLIC_URL]"
)
@no_progress_option
def build(*, out: Path | None, live: str | None, no_progress: bool) -> None:
    """Write the public site in three languages, with a check that needs no server.

    Asks no database. A serial list is in the copy, hashed, only where its recall file says
    [check] publish_list = true. The copy of before is replaced once the new one is whole.

    \b
    Example:   kaishu static build --out /srv/copy --live https://recall.example
    """
    if live:
        os.environ["KAISHU_PUBLIC_URL"] = live
    load()
    from django.conf import settings

    from kaishu.doors.public.static_site.build import build as build_copy

    place = (out or Path(settings.KAISHU_DATA_DIR) / "site").resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    with bars(hidden=no_progress) as advance:
        built = build_copy(place, advance=advance)
    click.echo(
        f"{len(built.files):,} files, {built.size / 1e6:,.1f} MB, {built.recalls} recalls, "
        f"{built.listed:,} listed serials as hashes: {place}"
    )
