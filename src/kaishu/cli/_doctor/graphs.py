"""Graphs of networks: the file that answers must be there and whole. It can be made again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kaishu.base.keeping.values import Advance
from kaishu.cli._doctor.values import Trouble, warning
from kaishu.core.genealogy.errors import GraphCorrupt
from kaishu.core.genealogy.graph import Graph
from kaishu.supply.network import graphs, queries

AGAIN = "Nothing is lost: kaishu trace build {} --anew makes it again."


def whole(at: datetime, advance: Advance) -> Iterator[Trouble]:
    """Name networks whose graph is missing, or is not as it was written."""
    networks = queries.networks()
    for number, network in enumerate(networks, 1):
        newest = queries.newest_graph(network)
        if newest is not None:
            yield from _one(network.slug, newest.digest)
        advance("graphs", number, len(networks))


def _one(slug: str, digest: str) -> Iterator[Trouble]:
    try:
        with Graph.open(graphs.place_of(slug, digest)) as graph:
            graph.check()
    except OSError:
        yield warning("graph_lost", f"network {slug}", "its file is not there", AGAIN.format(slug))
    except GraphCorrupt as damaged:
        yield warning("graph_damaged", f"network {slug}", str(damaged), AGAIN.format(slug))
