"""Start Django for a command."""

from __future__ import annotations

import os
from pathlib import Path


def load() -> None:
    """Load the settings, and leave the database as it is."""
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
