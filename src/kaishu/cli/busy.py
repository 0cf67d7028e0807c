"""`kaishu busy`: write the pages that a proxy shows while the site does not answer."""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.command()
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder to write into; it is made if it is not there.",
)
def busy(*, folder: Path) -> None:
    """Write the "cannot answer" page in three languages, with today's helplines in it.

    Write them again after publishing an edition. docs/howto/behind-nginx.md says who shows them.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaishu.config.settings")

    import django

    django.setup()

    from django.template.loader import render_to_string
    from django.utils import translation

    from kaishu.base import catalogue, language
    from kaishu.doors.public.errors import phones

    catalogue.build()
    folder.mkdir(parents=True, exist_ok=True)
    for code in language.TAGS:
        with translation.override(code):
            page = render_to_string("base/busy.html", {"phones": phones()})
        (folder / f"{code}.html").write_text(page, encoding="utf-8")
        click.echo(folder / f"{code}.html")
