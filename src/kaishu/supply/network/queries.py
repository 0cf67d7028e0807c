"""Read a network: its graph, and what its things and parties are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kaishu.core.genealogy import things
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.things import Kind
from kaishu.supply.models import GraphFile, Item, Network, Partner
from kaishu.supply.network import graphs
from kaishu.supply.network.errors import GraphMissing, NetworkUnknown

AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What people call a thing, a class, a party or a place; empty where nobody said.

    `kind` is an ItemKind, `role` a PartnerRole, `party` the code in recall files.
    """

    name: str
    brand: str = ""
    model: str = ""
    kind: str = ""
    role: str = ""
    country: str = ""
    party: str = ""
    belongs_to: str = ""


def networks() -> Sequence[Network]:
    """Return every network, by its short name."""
    return list(Network.objects.order_by("slug"))


def network(slug: str) -> Network:
    """Return a network by its short name; the only one where none is named.

    Raises NetworkUnknown, with the names that there are.
    """
    known = networks()
    for each in known:
        if each.slug == slug or (not slug and len(known) == 1):
            return each
    raise NetworkUnknown(network=slug, known=", ".join(each.slug for each in known) or "–")


def newest_graph(of: Network) -> GraphFile | None:
    """Return the row of the graph that answers for a network."""
    return GraphFile.objects.filter(network=of).order_by("-pk").first()


def open_graph(slug: str) -> Graph:
    """Return the graph that answers for a network now; all processes answer from the same file.

    Raises NetworkUnknown, GraphMissing, GraphFileLost.
    """
    there = network(slug)
    newest = newest_graph(there)
    if newest is None:
        raise GraphMissing(network=there.slug)
    return graphs.opened(there.slug, newest.digest)


def names(of: Network, codes: Iterable[str]) -> Mapping[str, Named]:
    """Return what people call things, classes, parties and places, each by its code.

    A thing is called as its class is; what nobody named goes by its own number.
    """
    asked = {code: things.item_of(code) or code for code in codes}
    wanted = sorted(set(asked.values()))
    found: dict[str, Named] = {}
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        for item in Item.objects.filter(network=of, code__in=part):
            found[item.code] = Named(
                name=item.name, brand=item.brand, model=item.model, kind=item.kind
            )
        for row in Partner.objects.filter(network=of, code__in=part):
            found[row.code] = Named(
                name=row.name,
                role=row.role,
                country=row.country,
                party=row.party,
                belongs_to=row.belongs_to,
            )
    return {code: found.get(key) or Named(name=_own_name(key)) for code, key in asked.items()}


def _own_name(code: str) -> str:
    try:
        kind = things.kind_of(code)
    except ValueError:
        return code
    return code.rpartition("/")[2] if kind == Kind.ITEM and code[1] == "0" else things.name_of(code)
