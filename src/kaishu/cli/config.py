"""`kaishu config`: look at the settings before anybody is served with them."""

from __future__ import annotations

import json

import click

from kaishu.cli._django import load
from kaishu.cli._progress import json_option


@click.group()
def config() -> None:
    """Look at the settings."""


@config.command()
@json_option
def check(*, as_json: bool) -> None:
    """Name every setting that is not safe to serve people with, and what to set.

    Default secrets, debug pages, hosts, cookies, mail: in production each is an error, and
    `kaishu serve` would not start. Settings come from the environment; docs/reference/settings.md
    names all of them.

    \b
    Example:  KAISHU_MODE=production kaishu config check
    Exit codes: 0 safe (warnings are shown) · 1 unsafe
    """
    load()
    from django.conf import settings
    from django.core import checks

    from kaishu.config.checks import unsafe_settings

    found = unsafe_settings()
    wrong = [one for one in found if one.level >= checks.ERROR]
    for one in found:
        severity = "error" if one.level >= checks.ERROR else "warning"
        if as_json:
            said = {"severity": severity, "id": one.id, "what": one.msg, "next": one.hint}
            click.echo(json.dumps(said))
        else:
            click.echo(f"{severity} [{one.id}] {one.msg}\n  {one.hint}")
    if not as_json and not found:
        click.echo(f"The settings are safe for {settings.KAISHU_MODE}.")
    raise SystemExit(1 if wrong else 0)
