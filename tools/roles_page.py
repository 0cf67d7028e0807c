"""Write docs/reference/roles.md from the routes: `.venv/bin/python tools/roles_page.py`."""

from __future__ import annotations

import os
from pathlib import Path

import django

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "roles.md"


def main() -> None:
    """Start Django and write the page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaishu.config.settings")
    django.setup()

    from kaishu.base import policy_page

    PAGE.write_text(policy_page.text(), encoding="utf-8")


if __name__ == "__main__":
    main()
