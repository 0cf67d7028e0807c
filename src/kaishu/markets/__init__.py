"""Law as data: one folder a market. Every value names its source and the day it holds from."""

from kaishu.markets.flights import travel_rules
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
from kaishu.markets.notice import Notice, NoticeDataWrong, load_notice
from kaishu.markets.shopping import Shop, shops

__all__ = [
    "CODES",
    "Fact",
    "Market",
    "MarketUnknown",
    "Notice",
    "NoticeDataWrong",
    "Regulator",
    "Shop",
    "Softening",
    "load_market",
    "load_notice",
    "shops",
    "travel_rules",
    "zone_of",
]
