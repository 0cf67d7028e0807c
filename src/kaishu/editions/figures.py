"""What a recall folder adds up to, and the one digest of what it says."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from kaishu.core.canonical import digest
from kaishu.core.coding import Keys
from kaishu.editions.lists import in_batches
from kaishu.editions.recall_file import Loaded


def content_digest(loaded: Loaded) -> str:
    """Return the digest of what a recall folder says, whatever its edition number or date."""
    return digest(
        {
            "recall": loaded.recall,
            "lists": {file: _lines_sha256(serials) for file, serials in loaded.lists.items()},
            "pictures": {name: _sha256(content) for name, content in loaded.pictures.items()},
        }
    )


def count(loaded: Loaded) -> dict[str, Any]:
    """Return the figures of a recall folder: units, serials of each rule, population.

    Empty when the folder could not be read.
    """
    recall = loaded.recall
    if recall is None:
        return {}
    population: Counter[str] = Counter()
    for row in recall.population:
        population[row.account] += row.quantity
    return {
        "units": sum(product.units for product in recall.products),
        "products": {product.model: product.units for product in recall.products},
        "rules": [
            {
                "no": rule.no,
                "product": rule.product,
                "kind": rule.kind.value,
                "serials": len(loaded.lists.get(rule.file, ())) if rule.file else None,
            }
            for rule in recall.rules
        ],
        "population": dict(population),
    }


def _lines_sha256(serials: Keys) -> str:
    """Return the digest of serials, one on a line."""
    lines = hashlib.sha256()
    for number, batch in enumerate(in_batches(serials)):
        lines.update((b"\n" if number else b"") + b"\n".join(batch))
    return lines.hexdigest()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
