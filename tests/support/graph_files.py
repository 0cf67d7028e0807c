"""Keep a graph of acts as the newest one of a network, as the worker would."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from kaishu.core.genealogy.acts import Act, columns
from kaishu.core.genealogy.graph import Graph, build
from kaishu.supply.models import GraphFile, Network
from kaishu.supply.network import graphs


def keep_graph(network: Network, acts: Iterable[Act], *, by: str, at: datetime) -> GraphFile:
    """Build the graph and write its row."""
    made = graphs.folder(network.slug) / "new"
    build(columns(acts), made)
    with Graph.open(made) as graph:
        facts = graph.facts
    return GraphFile.objects.create(
        network=network,
        digest=graphs.settle(network.slug, made),
        size=facts.bytes,
        nodes=facts.nodes,
        acts=facts.acts,
        edges=facts.edges,
        cycles=facts.cycles,
        first_at=datetime.fromtimestamp(facts.first_at, UTC),
        last_at=datetime.fromtimestamp(facts.last_at, UTC),
        made_by=by,
        made_at=at,
    )
