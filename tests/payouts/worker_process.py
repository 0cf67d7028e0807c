"""A worker in a process of its own that dies at a chosen point: `python worker_process.py POINT`.

Started by `test_kill.py`; the database and the data folder come from the environment.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from typing import Any, NoReturn

import django

django.setup()

from kaishu.payouts import results, sending, worker
from kaishu.payouts.models import ProviderEvent
from kaishu.payouts.providers.bank import Bank


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
    "while a result is read": (ProviderEvent.objects, "create", die),
    "after a result was moved": (results, "_move", after(results._move)),
}

if __name__ == "__main__":
    place, name, death = POINTS[sys.argv[1]]
    setattr(place, name, death)
    worker.run_once(at=datetime.fromisoformat(sys.argv[2]))
