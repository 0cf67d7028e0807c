"""What one container may hold: pieces, watt-hours where the recall knows them, net weight."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from kaishu.core.recall import Recall
from kaishu.editions import queries as editions
from kaishu.editions.models import Recall as RecallRow
from kaishu.returns.errors import ContainerEnergy, ContainerFull
from kaishu.returns.models import Container

_WH = re.compile(r"([\d][\d,]*(?:\.\d+)?)\s*Wh\b", re.IGNORECASE)
_MAH = re.compile(r"([\d][\d,]*(?:\.\d+)?)\s*mAh\b", re.IGNORECASE)
CELL_VOLTS = 3.7  # the nominal voltage that makers rate a power bank's mAh at


def watt_hours(capacity: str) -> int | None:
    """Return a product's energy, rounded up: "38.48 Wh", else its mAh at 3.7 V; None unknown."""
    if found := _WH.search(capacity):
        return math.ceil(float(found[1].replace(",", "")))
    if found := _MAH.search(capacity):
        return math.ceil(float(found[1].replace(",", "")) / 1000 * CELL_VOLTS)
    return None


def recall_of(recall_id: int) -> Recall:
    """Return the recall as its newest edition says it."""
    return editions.current_pack(RecallRow.objects.get(id=recall_id).slug).recall


def energy(recall: Recall, goods: Iterable[tuple[str, int]]) -> int:
    """Sum the watt-hours of (model, quantity); a model of unknown energy adds nothing."""
    total = 0
    for model, quantity in goods:
        product = recall.product(model)
        each = watt_hours(product.capacity) if product else None
        total += (each or 0) * quantity
    return total


def check(container: Container, *, product: str, quantity: int) -> None:
    """Refuse what would bring a container over its limits, with the numbers to say so."""
    if container.max_units is None and container.max_wh is None:
        return
    goods = list(container.lines.values_list("product", "quantity"))
    pieces = sum(n for _, n in goods) + quantity
    if container.max_units is not None and pieces > container.max_units:
        raise ContainerFull(limit=container.max_units, wanted=pieces)
    if container.max_wh is not None:
        wanted = energy(recall_of(container.recall_id), [*goods, (product, quantity)])
        if wanted > container.max_wh:
            raise ContainerEnergy(limit=container.max_wh, wanted=wanted)
