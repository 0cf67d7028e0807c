"""A network in a test whose graph is made of the acts that are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from kaishu.core.genealogy.acts import Act, columns
from kaishu.core.genealogy.graph import Graph, build
from kaishu.supply.models import GraphFile, Item, Network, Partner
from kaishu.supply.network import graphs

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def traced(
    acts: Iterable[Act],
    *,
    slug: str = "kumo",
    items: Mapping[str, Mapping[str, str]],
    partners: Mapping[str, Mapping[str, str]],
) -> Network:
    """Make a network with its names and its graph; both mappings give a row's columns by code."""
    network = Network.objects.create(slug=slug, name="Kumo", created_by="ada", created_at=AT)
    for model, rows in ((Item, items), (Partner, partners)):
        model.objects.bulk_create(
            model(network=network, code=code, **each) for code, each in rows.items()
        )
    made = graphs.folder(slug) / "new"
    build(columns(acts), made)
    with Graph.open(made) as graph:
        facts = graph.facts
    GraphFile.objects.create(
        network=network,
        digest=graphs.settle(slug, made),
        size=facts.bytes,
        nodes=facts.nodes,
        acts=facts.acts,
        edges=facts.edges,
        cycles=facts.cycles,
        last_at=datetime.fromtimestamp(facts.last_at, UTC),
        made_by="ada",
        made_at=AT,
    )
    return network
