"""Read a network."""

from __future__ import annotations

from collections.abc import Sequence

from kaishu.supply.models import Network
from kaishu.supply.network.errors import NetworkUnknown


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
    raise NetworkUnknown(network=slug, known=", ".join(each.slug for each in known))
