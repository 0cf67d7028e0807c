"""What granian loads in each process of the edge."""

from __future__ import annotations

from kaishu.doors.edge.app import Edge
from kaishu.doors.edge.settings import from_environment


def application() -> Edge:
    """Make the edge of this process and let it follow the editions."""
    settings = from_environment()
    edge = Edge(settings)
    edge.follower.follow(settings.poll_seconds)
    return edge
