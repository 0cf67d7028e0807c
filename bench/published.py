"""Publish the demo's Japanese recall, its serial lists made from a seed at any size."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from bench.installation import START
from kaishu.demo.serials import COUNTS, RECALLS, make_serials

SLUG = "anker-jp-2025-10-21"
MODEL = "A1263"
COLOUR = "black"
BOUGHT = date(2024, 5, 14)


def listed(units: int) -> dict[str, list[bytes]]:
    """Return the serials of each model; `units` in all, shared as in the real recall."""
    real = COUNTS[SLUG]
    counts = {model: count * units // sum(real.values()) for model, count in real.items()}
    counts[MODEL] += units - sum(counts.values())
    return {model: make_serials(model=model, count=count) for model, count in counts.items()}


def write(folder: Path, serials: dict[str, list[bytes]]) -> Path:
    """Write the recall folder with these lists; returns it."""
    target = folder / SLUG
    shutil.copytree(RECALLS / SLUG, target)
    (target / "serials").mkdir()
    for model, found in serials.items():
        (target / "serials" / f"{model}.csv").write_bytes(b"\n".join([b"serial", *found, b""]))
    return target


def publish(recall_folder: Path) -> int:
    """Publish the folder in the default database and open its population; returns the recall id."""
    from kaishu.claims.population import open_population
    from kaishu.editions import actions, recall_file

    loaded = recall_file.load(recall_folder)
    assert loaded.recall is not None and not loaded.errors, loaded.errors
    edition = actions.publish(loaded=loaded, by="bench", at=START)
    open_population(recall_row=edition.recall, recall=loaded.recall, by="bench", at=START)
    return edition.recall_id


def unlisted(serials: list[bytes], count: int) -> list[str]:
    """Return well-formed serials of the model that no list has."""
    known = set(serials)
    found = [f"A{number:015d}".encode() for number in range(count)]
    return [serial.decode() for serial in found if serial not in known]
