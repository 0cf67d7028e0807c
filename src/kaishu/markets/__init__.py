"""Law as data: one folder a market. Every value names its source and the day it holds from."""

from kaishu.markets.market import (
    CODES,
    Fact,
    Market,
    MarketUnknown,
    Regulator,
    Softening,
    load_market,
    zone_of,
)

__all__ = [
    "CODES",
    "Fact",
    "Market",
    "MarketUnknown",
    "Regulator",
    "Softening",
    "load_market",
    "zone_of",
]
