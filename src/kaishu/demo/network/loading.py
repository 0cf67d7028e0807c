"""Load the invented network through the same actions as anybody's spreadsheets."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl

from kaishu.demo.network.writing import write
from kaishu.supply.links import actions, masters
from kaishu.supply.links.mapping import from_toml
from kaishu.supply.network import actions as networks

SLUG = "akari"
NAME = "Akari, Hoshi, Nami and their suppliers (invented)"
HERE = Path(__file__).parent


def load_network(*, folder: Path, by: str, at: datetime) -> None:
    """Write the network's files into a folder, load them, and make the graph."""
    network = networks.open_network(slug=SLUG, name=NAME, by=by, at=at)
    for name in ("items.csv", "partners.csv"):
        masters.load_names(network=network, path=HERE / name, note=_no_bad)
    for path in write(folder):
        actions.load_file(
            network=network,
            path=path,
            mapping=from_toml((HERE / f"{path.stem}.toml").read_text("utf-8")),
            strict=True,
            by=by,
            at=at,
            note=_no_bad,
            progress=lambda *_: None,
        )
    networks.catch_up(slug=SLUG, by=by, at=at)


def _no_bad(bad: pl.DataFrame) -> None:
    assert not len(bad), bad
