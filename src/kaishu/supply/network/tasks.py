"""What the worker does for networks: it adds to their graphs what was recorded since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from kaishu.supply.network import actions, queries
from kaishu.supply.network.errors import GraphBusy

REST = timedelta(seconds=60)  # while events stream in, a graph is not made again for each of them


def catch_up(*, at: datetime) -> Mapping[str, int]:
    """Bring the graph of every network up to date; returns how many changed."""
    done = 0
    for network in queries.networks():
        newest = queries.newest_graph(network)
        if newest is not None and at - newest.made_at < REST:
            continue
        try:
            made = actions.catch_up(slug=network.slug, by="worker", at=at, wait=False)
        except GraphBusy:
            continue
        done += made is not None
    return {"graphs": done}
