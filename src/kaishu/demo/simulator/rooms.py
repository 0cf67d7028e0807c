"""Databases to play in: one template with the stage set, forked in memory for each seed."""

from __future__ import annotations

import gc
import itertools
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from django.conf import settings
from django.db import connection

from kaishu.claims import case_numbers
from kaishu.demo.simulator.scene import publish_all
from kaishu.editions.actions import let_answer
from kaishu.editions.queries import current_edition, current_pack

_forks = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Template:
    """A migrated database with every recall published; `image` is None on a server."""

    recalls: dict[str, int]
    image: bytes | None

    def fork(self) -> None:
        """Make the connected database in memory a fresh copy, and the bank forget everything."""
        if self.image is not None:
            connection.connection.deserialize(self.image)
            # What the process remembers by database (wordings it has kept) is of another fork.
            connection.settings_dict["NAME"] = f"file:fork-{next(_forks)}?mode=memory"
            for slug in self.recalls:  # an earlier play may have published a second edition
                edition = current_edition(slug)
                if edition is not None and current_pack(slug).ref.number != 1:
                    let_answer(edition=edition)
        shutil.rmtree(bank_file().parent, ignore_errors=True)


def make_template(folder: Path) -> Template:
    """Set the stage in the connected database; in memory, keep its image."""
    recalls = publish_all(folder)
    in_memory = "memory" in str(connection.settings_dict["NAME"])
    connection.ensure_connection()
    return Template(recalls, connection.connection.serialize() if in_memory else None)


def bank_file() -> Path:
    """Return where the simulated bank keeps its own file."""
    return Path(settings.KAISHU_DATA_DIR) / "simulators" / "bank.sqlite3"


@contextmanager
def repeatable(seed: int) -> Iterator[None]:
    """Let case numbers come from the seed, so that the same seed tells the same story.

    Replacements come from shelves of the story, never from the simulated warehouse, and every
    first decision is drawn for a second opinion. The garbage
    collector waits meanwhile: it would walk the whole process again and again for small worlds.
    """
    chance = random.Random(f"case numbers {seed}")  # noqa: S311 (a story, not a secret)
    collecting = gc.isenabled()
    gc.disable()
    try:
        with (
            patch.object(case_numbers, "secrets", SimpleNamespace(randbelow=chance.randrange)),
            patch.object(settings, "KAISHU_WAREHOUSE", "ours"),
            patch.object(settings, "KAISHU_SECOND_OPINIONS", 100),
        ):
            yield
    finally:
        if collecting:
            gc.enable()
