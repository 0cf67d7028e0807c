"""Start Django for a command that needs the database."""

from __future__ import annotations

import os
from pathlib import Path


def start() -> None:
    """Load the settings and bring the database up to date."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaishu.config.settings")

    import django

    django.setup()

    from django.conf import settings
    from django.core.management import call_command

    Path(settings.KAISHU_DATA_DIR).mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
