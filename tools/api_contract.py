"""Write docs/reference/openapi.json from the routes: `.venv/bin/python tools/api_contract.py`.

What is published is frozen: only additions may change this file.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import django

FILE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "openapi.json"


def main() -> None:
    """Start Django and write the contract."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaishu.config.settings")
    django.setup()

    from kaishu.doors.api.reference import document

    text = json.dumps(document(), ensure_ascii=False, indent=1)
    FILE.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
