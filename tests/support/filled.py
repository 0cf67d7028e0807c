"""Fill a folder with the invented recall and one claim, in a process of its own; prints the link.

    python -m tests.support.filled      with KAISHU_DATA_DIR set

The test's own database is not the one that `kaishu serve` will open.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.support.migrated import lay_ready

ROOT = Path(__file__).resolve().parents[2]


def fill(folder: Path) -> str:
    """Fill a folder; returns the token of the claim in it."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("KAISHU_", "DJANGO_"))}
    lay_ready(folder / "kaishu.sqlite3")
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.filled"],
        cwd=ROOT,
        env={**inherited, "KAISHU_DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1]


def main() -> None:
    """Publish, submit one claim, print its token."""
    from kaishu.cli._django import start

    start()

    from django.conf import settings

    from kaishu.claims.actions import submit_claim
    from kaishu.claims.facts import ClaimFacts, UnitFacts
    from kaishu.people.contact import Contact
    from tests.doors import kumo

    kumo.publish(settings.KAISHU_DATA_DIR)
    unit = UnitFacts(model="K100", serial=kumo.LISTED, remedy="refund")
    facts = ClaimFacts(
        recall=kumo.SLUG,
        language="ja",
        contact=Contact(name="𠮷田 花子", phone="090-1234-5678", address="東京都千代田区1-2-3"),
        units=(unit,),
        consent="2026-11",
    )
    at = datetime(2026, 4, 3, 9, tzinfo=UTC)
    sent = submit_claim(facts=facts, key="a" * 32, door="public", by="owner", at=at)
    sys.stdout.write(f"{sent.token}\n")


if __name__ == "__main__":
    main()
