"""Closed codes of the shops' pages in the words of staff; `labels.label` says them."""

from __future__ import annotations

WORDS = {
    "trade.late": "late",
    "trade.not_sent": "link not sent",
    "trade.sent": "link sent",
    "trade.acknowledged": "has read it",
    "trade.counted": "has counted",
    "trade.completed": "off sale",
    "trade.closed": "closed",
    "trade_done.sent": "link mailed",
    "trade_done.reminded": "reminder mailed",
    "trade_done.given": "link given by hand",
    "trade_done.renewed": "new link made",
    "trade_done.closed": "closed",
    "trade_done.opened": "opened again",
    "trade_close.shut_down": "the shop has shut down",
    "trade_close.never_sold_it": "it never sold this product",
    "trade_close.listed_twice": "it is on the list twice",
    "trade_close.told_by_phone": "it told us by telephone, entered elsewhere",
    "trade_step.acknowledged": "read the notice",
    "trade_step.none_here": "has none",
    "trade_step.counted": "count the stock",
    "trade_step.sold_since": "sold since",
    "trade_step.completed": "confirm that it is off sale",
    "trade_kind.retailer": "retailer",
    "trade_kind.distributor": "distributor",
}
