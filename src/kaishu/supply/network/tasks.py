"""What the worker does for networks: it adds to their graphs what was recorded since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from kaishu.core.genealogy import compiled
from kaishu.supply.network import actions, queries
from kaishu.supply.network.errors import GraphBusy, NothingToTrace

REST = timedelta(seconds=60)  # while events stream in, a graph is not made again for each of them


def catch_up(*, at: datetime) -> Mapping[str, int]:
    """Bring the graph of every network up to date; returns how many changed.

    What is wrong with one network keeps no other from its graph, and is raised in the end.
    """
    done = 0
    failed: list[Exception] = []
    for network in queries.networks():
        newest = queries.newest_graph(network)
        if newest is not None:
            compiled.warm()  # after an update too, when no graph is made: no page waits for it
        if newest is not None and at - newest.made_at < REST:
            continue
        try:
            made = actions.catch_up(slug=network.slug, by="worker", at=at, wait=False)
        except (GraphBusy, NothingToTrace):
            continue
        except Exception as wrong:
            failed.append(wrong)
            continue
        done += made is not None
    if failed:
        raise ExceptionGroup("graphs that could not be made", failed)
    return {"graphs": done}
