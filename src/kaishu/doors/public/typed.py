"""What people type on the owner's pages is read by the same rules as at every door."""

from __future__ import annotations

from kaishu.claims.typed import (
    LONGEST_MAIL,
    Made,
    Unreadable,
    plain,
    read_amount,
    read_date,
    read_made,
    read_mail,
)

__all__ = [
    "LONGEST_MAIL",
    "Made",
    "Unreadable",
    "plain",
    "read_amount",
    "read_date",
    "read_made",
    "read_mail",
]
