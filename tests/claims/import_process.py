"""A worker that dies in the middle of a row: `python import_process.py ROWS [POINT]`.

Started by `test_import_kill.py`; the database and the data folder come from the environment.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import django

django.setup()

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

if __name__ == "__main__":
    place, name = POINTS[sys.argv[2]]
    setattr(place, name, dying(getattr(place, name), after=int(sys.argv[1])))
    run_due(at=now(), kinds=KINDS, seconds=60)
