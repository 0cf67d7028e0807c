"""Read the records of mock recalls."""

from __future__ import annotations

from collections.abc import Sequence

from kaishu.supply.mock.errors import MockUnknown
from kaishu.supply.mock.models import MockRecall
from kaishu.supply.models import Network


def mocks(network: Network) -> Sequence[MockRecall]:
    """Return every mock recall of a network, the newest first."""
    return list(MockRecall.objects.filter(network=network).order_by("-pk"))


def mock(network: Network, number: int) -> MockRecall:
    """Return one mock recall by its number. Raises MockUnknown."""
    found = MockRecall.objects.filter(network=network, pk=number).select_related("network").first()
    if found is None:
        raise MockUnknown(number=number)
    return found
