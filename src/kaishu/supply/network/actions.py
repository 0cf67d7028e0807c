"""Open a network."""

from __future__ import annotations

import re
from datetime import datetime

from kaishu.supply.models import Network
from kaishu.supply.network.errors import NetworkNameWrong

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST = 60


def open_network(*, slug: str, name: str, by: str, at: datetime) -> Network:
    """Open a network under a short name; one that is open already stays as it is.

    Raises NetworkNameWrong.
    """
    if not _SLUG.fullmatch(slug) or len(slug) > _LONGEST:
        raise NetworkNameWrong(name=slug[:_LONGEST])
    network, _ = Network.objects.get_or_create(
        slug=slug, defaults={"name": name.strip() or slug, "created_by": by, "created_at": at}
    )
    return network
