"""Start Django for a command."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path

# Only `kaishu demo` keeps its keys beside its data: nothing in it is anybody's.
DEMO_KEYS = {name: f"{name.lower()}.txt" for name in ("KAISHU_SECRET_KEY", "KAISHU_FIELD_KEY")}


def open_demo(environment: MutableMapping[str, str]) -> None:
    """Take the mode and the keys of the demo whose folder KAISHU_DATA_DIR names, if it is one.

    So that `kaishu audit` in another terminal needs nothing but the folder. Nothing that is set is
    replaced, and with a field key or another mode set, nothing is taken at all.
    """
    folder = Path(environment.get("KAISHU_DATA_DIR", "var"))
    if "KAISHU_FIELD_KEY" in environment or environment.get("KAISHU_MODE", "demo") != "demo":
        return
    if not all((folder / file).is_file() for file in DEMO_KEYS.values()):
        return
    environment["KAISHU_MODE"] = "demo"
    for name, file in DEMO_KEYS.items():
        environment.setdefault(name, (folder / file).read_text())


def load() -> None:
    """Load the settings, and leave the database as it is."""
    open_demo(os.environ)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaishu.config.settings")

    import django

    django.setup()


def start() -> None:
    """Load the settings and bring the database up to date."""
    load()

    from django.conf import settings
    from django.core.management import call_command

    Path(settings.KAISHU_DATA_DIR).mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
