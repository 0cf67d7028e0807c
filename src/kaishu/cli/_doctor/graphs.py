"""Graphs of networks: the file that answers must be there and whole. It can be made again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import numpy as np

from kaishu.base.keeping.values import Advance
from kaishu.cli._doctor.values import Trouble, warning
from kaishu.core.genealogy import compiled
from kaishu.core.genealogy.errors import GraphCorrupt
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.things import Kind
from kaishu.supply.network import graphs, queries

AGAIN = "Nothing is lost: kaishu trace build {} --anew makes it again."
ONE_LOT = "If they are one lot, void the file that spells it wrong and load it put right."
SLOW = "Traces answer the same, about a hundred times slower. Install it where it exists."
AT_ONCE, SHOWN = 100_000, 5


def whole(at: datetime, advance: Advance) -> Iterator[Trouble]:
    """Name networks whose graph is missing, or is not as it was written.

    Whoever examines a machine also makes its traces ready: see `compiled.warm`.
    """
    if compiled.wanted() and not compiled.warm():
        yield warning("traces_slow", "this machine", "numba is not there", SLOW)
    networks = queries.networks()
    for number, network in enumerate(networks, 1):
        newest = queries.newest_graph(network)
        if newest is not None:
            yield from _one(network.slug, newest.digest)
        advance("graphs", number, len(networks))


def _twins(graph: Graph) -> list[str]:
    """Return lots of one item that differ only in the case of letters: one lot, typed twice?"""
    first: dict[str, str] = {}
    found = []
    every = np.arange(graph.facts.nodes, dtype=np.int32)
    lots = every[graph.kinds(every) == Kind.LOT]
    for start in range(0, len(lots), AT_ONCE):
        for code in graph.codes(lots[start : start + AT_ONCE]):
            head, slash, name = code.rpartition("/")
            if first.setdefault(f"{head}{slash}{name.lower()}", code) != code:
                found.append(f"{first[f'{head}{slash}{name.lower()}']} and {name}")
    return found


def _said(twins: list[str]) -> str:
    more = f" and {len(twins) - SHOWN:,} more" if len(twins) > SHOWN else ""
    return f"two lots that differ only in case: {'; '.join(twins[:SHOWN])}{more}"


def _one(slug: str, digest: str) -> Iterator[Trouble]:
    try:
        with Graph.open(graphs.place_of(slug, digest)) as graph:
            graph.check()
            twins = _twins(graph)
        if twins:
            yield warning("lots_alike", f"network {slug}", _said(twins), ONE_LOT)
    except OSError:
        yield warning("graph_lost", f"network {slug}", "its file is not there", AGAIN.format(slug))
    except GraphCorrupt as damaged:
        yield warning("graph_damaged", f"network {slug}", str(damaged), AGAIN.format(slug))
