"""`kaishu announce --rehearse`: the last look before the news, with a go / no-go page to print."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kaishu.cli._django import load
from kaishu.cli._progress import json_option


@click.command()
@click.option("--rehearse", is_flag=True, required=True, help="Announce nothing; look at it all.")
@click.option("--seconds", default=20, show_default=True, help="How long to load the check.")
@click.option("--rate", default=500, show_default=True, help="Checks a second that are wanted.")
@click.option("--site-rate", default=600, show_default=True, help="Pages a second, main site.")
@click.option("--p99-ms", default=300, show_default=True, help="Slowest of a hundred, at most.")
@click.option("--workers", default=1, show_default=True, help="Processes of the check server.")
@click.option(
    "--mail-dns",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The mail domain's records as a TOML file; no name server is asked.",
)
@click.option(
    "--backups", type=click.Path(file_okay=False, path_type=Path), help="Where the backups lie."
)
@click.option(
    "--page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the page here, to print and sign: .pdf, else HTML.",
)
@json_option
def announce(
    *,
    rehearse: bool,
    seconds: int,
    rate: int,
    site_rate: int,
    p99_ms: int,
    workers: int,
    mail_dns: Path | None,
    backups: Path | None,
    page: Path | None,
    as_json: bool,
) -> None:
    """Rehearse an announcement on this machine. Publishes nothing, sends nothing.

    Editions whole and signed; texts and notices in three languages with a telephone number on
    every page; people and their second steps; the mail domain; backups; disk; the static copy,
    built; the check server and the main site's first pages under load, over a copy. Each no-go
    names its next step.

    \b
    Example:  kaishu announce --rehearse --mail-dns zone.toml --backups /backups --page go.pdf
    Exit codes: 0 go · 1 no go
    """
    load()
    from django.conf import settings

    from kaishu.base.clock import now
    from kaishu.cli import _announce

    want = _announce.Targets(
        seconds=seconds,
        rate=rate,
        site_rate=site_rate,
        p99_ms=p99_ms,
        workers=workers,
        mail_dns=mail_dns,
        backups=backups,
    )
    points = []
    for point in _announce.rehearse(want, at=now()):
        points.append(point)
        click.echo(json.dumps(point.as_json()) if as_json else str(point))
    if page is not None:
        site = settings.KAISHU_PUBLIC_URL
        page.write_bytes(_announce.page_bytes(points, at=now(), site=site, name=page.name))
    said = _announce.verdict(points)
    click.echo(said, err=as_json)
    raise SystemExit(0 if said == "GO" else 1)
