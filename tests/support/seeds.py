"""Seeds for the costly checks: fresh in every run, named in its report, the same in all workers.

`KAISHU_SEED` is the first seed; give it again to repeat a run. `make test` takes a slice of each
check, `make torture` the whole.
"""

from __future__ import annotations

import os
import random
import zlib
from collections.abc import Sequence

FIRST = int(os.environ.setdefault("KAISHU_SEED", str(random.SystemRandom().randrange(10**9))))
TORTURE = os.environ.get("KAISHU_TORTURE") == "1"


def runs(a_slice: int, whole: int) -> range:
    """Return the numbers of the runs; a test adds `FIRST` to its number for its seed."""
    return range(whole if TORTURE else a_slice)


def drawn(name: str, choices: Sequence[str]) -> str:
    """Return the choice that falls to this name in this run; another run may draw another."""
    return choices[zlib.crc32(f"{FIRST} {name}".encode()) % len(choices)]
