"""Seeds for the costly checks: fresh in every run, named in its report, the same in all workers.

`KAISHU_SEED` is the first seed; give it again to repeat a run. `make test` takes a slice of each
check, `make torture` the whole.
"""

from __future__ import annotations

import os
import random

FIRST = int(os.environ.setdefault("KAISHU_SEED", str(random.SystemRandom().randrange(10**9))))
TORTURE = os.environ.get("KAISHU_TORTURE") == "1"


def runs(a_slice: int, whole: int) -> range:
    """Return the numbers of the runs; a test adds `FIRST` to its number for its seed."""
    return range(whole if TORTURE else a_slice)
