"""A worker that dies at a chosen point; `test_kill.py` runs it in a copy of its own process."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any, NoReturn

from kaishu.payouts import pauses, results, sending, stock, worker
from kaishu.payouts.models import ProviderEvent
from kaishu.payouts.providers.bank import Bank
from kaishu.payouts.providers.goods import Goods
from kaishu.payouts.providers.shop_credit import ShopCredit


def die(*_: Any, **__: Any) -> NoReturn:
    """End at once, as a power cut does: no cleanup, no rollback of ours."""
    os._exit(9)


def after(real: Any) -> Any:
    """Do the real thing, then die before anybody hears of it."""

    def call(*args: Any, **more: Any) -> NoReturn:
        real(*args, **more)
        die()

    return call


POINTS = {
    "while the promise is taken": (sending.books, "move_promise", die),
    "before the call": (Bank, "send", die),
    "after the call": (Bank, "send", after(Bank.send)),
    "while the answer is kept": (sending, "record_sent", die),
    "after the answer was kept": (sending, "record_sent", after(sending.record_sent)),
    "after a code was issued": (ShopCredit, "send", after(ShopCredit.send)),
    "after a unit was reserved": (stock, "reserve", after(stock.reserve)),
    "after goods were handed over": (Goods, "send", after(Goods.send)),
    "while an unknown order is looked up": (Bank, "lookup", die),
    "after an unknown order was looked up": (Bank, "lookup", after(Bank.lookup)),
    "while the counts are watched": (pauses, "watch", die),
    "while a bounce is moved": (sending, "tell_came_back", die),
    "while a result is read": (ProviderEvent.objects, "create", die),
    "after a result was moved": (results, "move", after(results.move)),
}


def run_until(point: str, at: datetime) -> None:
    """Work once round; where the work comes to the point, this process ends."""
    place, name, death = POINTS[point]
    setattr(place, name, death)
    worker.run_once(at=at)
