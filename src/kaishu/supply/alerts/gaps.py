"""Why an answer may say too little today: what is on its way into our networks, or never came in.

"We hold none", said wrongly, burns a house. So nothing is "none" while one of these holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from kaishu.supply.links.models import LinkFile
from kaishu.supply.models import Brought, CaptureJob, Network
from kaishu.supply.network import graphs, queries, unseen
from kaishu.supply.network.gathering import Marks, marks

# A document that was never finished (its load was killed), or a file that was brought and left
# lying, holds an answer up so long; then it counts as unreadable.
UNFINISHED = timedelta(days=7)
# With one of these nothing is "none", not even with the reason beside it: it passes by itself.
PASSING = frozenset({"loading", "stale", "not_asked"})


@dataclass(frozen=True, slots=True)
class Place:
    """One network as it stands now: the graph that answers, and what that graph does not have."""

    network: Network
    digest: str
    open: frozenset[str]


def now(*, at: datetime) -> Mapping[int, Place]:
    """Return every network that has records, by its row."""
    found = {}
    for network in queries.networks():
        newest = queries.newest_graph(network)
        if newest is None and marks(network) == Marks() and not graphs.is_loading(network.slug):
            continue
        digest = newest.digest if newest else ""
        found[network.pk] = Place(network, digest, frozenset(_open(network, digest, at)))
    return found


def _open(network: Network, digest: str, at: datetime) -> set[str]:
    jobs = CaptureJob.objects.filter(network=network)
    lately = jobs.filter(finished_at=None, created_at__gt=at - UNFINISHED)
    unread = jobs.filter(Q(refused__gt=0) | Q(finished_at=None, created_at__lte=at - UNFINISHED))
    brought = Brought.objects.filter(network=network, over_at=None)
    left = brought.filter(at__lte=at - UNFINISHED)
    bad = LinkFile.objects.filter(network=network, bad__gt=0, void=None)
    facts = {
        "loading": graphs.is_loading(network.slug)
        or lately.exists()
        or brought.filter(at__gt=at - UNFINISHED).exists(),
        "stale": unseen.waiting(network),
        "not_asked": not digest,
        "rows_refused": bad.exists() or unread.exists() or left.exists(),
    }
    return {name for name, holds in facts.items() if holds}
