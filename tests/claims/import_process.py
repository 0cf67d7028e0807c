"""A worker that dies in the middle of a row; `test_import_kill.py` runs it in a copy of itself."""

from __future__ import annotations

import os
from typing import Any

from kaishu.base.clock import now
from kaishu.base.jobs.run import run_due
from kaishu.claims.imports import run
from kaishu.config.jobs import KINDS
from kaishu.editions.imports import upload


def dying(real: Any, *, after: int) -> Any:
    """Do the real thing a number of times; the next time, end as a power cut does."""
    left = [after]

    def call(*args: Any, **more: Any) -> Any:
        if not left[0]:
            real(*args, **more)
            os._exit(9)
        left[0] -= 1
        return real(*args, **more)

    return call


POINTS = {
    "in a claim": (run, "submit_claim"),
    "in a decision": (run, "decide"),
    "in a payment": (run.books, "move_promise"),
    "in a move": (run.books, "move_unit"),
    "before a list is attached": (upload, "_attach"),
}


def run_until(point: str, rows: int) -> None:
    """Do what is due; where a row after this many comes to the point, this process ends."""
    place, name = POINTS[point]
    setattr(place, name, dying(getattr(place, name), after=rows))
    run_due(at=now(), kinds=KINDS, seconds=60)
