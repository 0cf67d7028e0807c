"""A bank for the demo and the tests, with a mind and a file of its own."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from kaishu.payouts.providers.simulated_orders import OrderBook


def simulated_bank() -> OrderBook:
    """Return the bank's order book under the data folder."""
    return OrderBook(Path(settings.KAISHU_DATA_DIR) / "simulators" / "bank.sqlite3", "BANK")
