"""What granian loads in each process of the edge."""

from __future__ import annotations

import sys

from kaishu.doors.edge.app import Edge
from kaishu.doors.edge.settings import from_environment

# Seconds: while the follower reads a new edition, a request waits so long for Python's lock, some
# times over. The usual 5 ms would let 200 requests a second through until it has read it.
SWITCH = 0.0005


def application() -> Edge:
    """Make the edge of this process and let it follow the editions."""
    sys.setswitchinterval(SWITCH)
    settings = from_environment()
    edge = Edge(settings)
    edge.follower.follow(settings.poll_seconds)
    return edge
