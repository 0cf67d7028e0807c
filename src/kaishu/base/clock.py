"""The one place that reads the machine's clock."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present as an aware UTC time. Doors call this once and pass `at=` down."""
    return datetime.now(UTC)
