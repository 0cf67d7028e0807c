"""What an answer of a trace does not see: records not in the graph yet, things that none judges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from kaishu.core.genealogy.blind import Blind, holding, unclear, without
from kaishu.core.genealogy.graph import Graph, Some
from kaishu.core.genealogy.things import item_of
from kaishu.core.genealogy.walk import Array
from kaishu.supply.capture import acts
from kaishu.supply.links.models import LinkFile, LinkVoid
from kaishu.supply.models import Network
from kaishu.supply.network import queries

_known: WeakKeyDictionary[Graph, dict[frozenset[str], Array]] = WeakKeyDictionary()


def unjudged(graph: Graph, suspects: Sequence[str], affected: Some = ()) -> tuple[Blind, ...]:
    """Return how many things no record lets judge, without those that the answer counts.

    They are the same for all suspects of a class, and are kept as long as the graph is open.
    """
    return without(graph, open_things(graph, suspects), affected)


def open_things(graph: Graph, suspects: Sequence[str]) -> Array:
    """Return everything that no record lets judge for suspects of these classes."""
    kept = _known.setdefault(graph, {})
    items = frozenset(item_of(code) or code for code in suspects)
    if items not in kept:
        kept[items] = unclear(graph, suspects)
    return kept[items]


def told(network: Network, graph: Graph, suspects: Sequence[str], affected: Some) -> dict[str, Any]:
    """Return all that an answer does not see, as plain data with names."""
    open_, around = unjudged(graph, suspects, affected), holding(graph, affected)
    names = queries.names(network, {each.item for each in (*open_, *around)})
    return {
        "unjudged": [
            {
                "item": each.item,
                "name": names[each.item].name,
                "kind": each.kind.name.lower(),
                "things": each.things,
            }
            for each in open_
        ],
        "holding": [
            {"item": each.item, "name": names[each.item].name, "units": each.things}
            for each in around
        ],
        "waiting": waiting(network),
    }


def waiting(network: Network) -> bool:
    """Say whether something was recorded or taken back that the graph does not hold yet."""
    made = queries.newest_graph(network)
    if made is None:
        return True
    files = LinkFile.objects.filter(network=network, pk__gt=made.links_to)
    voided = LinkVoid.objects.filter(file__network=network).count()
    return acts.newest(network) > made.events_to or files.exists() or voided != made.voided
