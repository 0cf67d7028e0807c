"""A network in a test whose graph is made of the acts that are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from kaishu.core.genealogy.acts import Act
from kaishu.supply.models import Item, Network, Partner
from tests.support.graph_files import keep_graph

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
    keep_graph(network, acts, by="ada", at=AT)
    return network
