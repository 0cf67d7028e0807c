"""What a recall folder adds up to, and the one digest of what it says."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

from kaishu.core.canonical import digest
from kaishu.editions.recall_file import Loaded


def content_digest(loaded: Loaded) -> str:
    """Return the digest of what a recall folder says, whatever its edition number or date."""
    lists = {file: b"\n".join(serials) for file, serials in loaded.lists.items()}
    return digest(
        {
            "recall": loaded.recall,
            "lists": {file: _sha256(content) for file, content in lists.items()},
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


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
