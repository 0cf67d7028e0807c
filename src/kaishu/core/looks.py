"""What a question looks at: the units whose answers it would tell, for the gate before the check.

A serial that no recall can read tells nothing and is no look. The serial is taken as it was read,
so that no label, space or hyphen makes another question of it; a scanned code that itself names its
product is a look like any other.
"""

from __future__ import annotations

from collections.abc import Iterable

from kaishu.core.answer import Inspection, product_of
from kaishu.core.gate.values import Unit
from kaishu.core.pack import Pack
from kaishu.core.serials import read


def looked_at(packs: Iterable[Pack], pairs: Iterable[tuple[str, str]]) -> list[Unit]:
    """Return the units that these (model, serial) pairs, as typed, mean in these editions."""
    running = list(packs)
    found = [
        Unit(product.model, reading.serial)
        for model, serial in pairs
        for pack in running
        if (product := product_of(pack.recall, Inspection(model=model, serial=serial))) is not None
        and (reading := read(serial, pack.recall.serial_format(product))).serial
    ]
    return list(dict.fromkeys(found))
