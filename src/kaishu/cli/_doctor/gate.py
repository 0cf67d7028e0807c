"""The gate before the check: whether it can remember, and whether it is pressed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from kaishu.base import sealing
from kaishu.base.keeping.values import Advance
from kaishu.cli._doctor.values import Trouble, warning
from kaishu.core.gate import Gate, here

MANY = 100  # looks that had to pay, in this hour and the last
SHARE = 0.1


def pressed(at: datetime, advance: Advance) -> Iterator[Trouble]:
    """Say when the gate counts alone in each process, and when many looks have to pay."""
    path = here(Path(settings.KAISHU_DATA_DIR))
    if not path.exists():  # nobody asked yet, or nobody through a proxy that names them
        return
    gate = Gate(path, secret=sealing.derived("gate")[0])
    try:
        found = gate.pressure(at.timestamp())
        if not gate.shared:
            yield warning(
                "gate_alone",
                path.name,
                "cannot be opened: each process counts alone",
                "See its rights.",
            )
        paid = found.prove + found.slow
        if paid >= MANY and found.share >= SHARE:
            yield warning(
                "gate_pressed",
                "the check",
                f"{paid} looks of two hours had to calculate or wait, {found.pressed} of them in a "
                "range of serials that somebody reads",
                "Nobody is turned away. docs/why/gate.md says what to look at.",
            )
    finally:
        gate.close()
