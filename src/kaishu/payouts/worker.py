"""What the background worker does for payouts, once round."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from kaishu.payouts.results import read_results
from kaishu.payouts.sending import send_due


def run_once(*, at: datetime) -> dict[str, int]:
    """Read results, send what is approved, read again; returns counts for the log."""
    early = read_results(at=at)
    sent = send_due(at=at)
    late = read_results(at=at)
    read = {name: count + asdict(late)[name] for name, count in asdict(early).items()}
    return {**asdict(sent), **read}
