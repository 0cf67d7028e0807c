"""Where a look comes from, and which looks are neighbours.

Neighbourhoods go by the serial's text, not by its recall: two recalls on one range are one range.
A *range* is what shares all but the last five characters (100,000 serials where they are digits), a
*run* all but the last two. Over an alphabet with letters both are wider, which only makes the gate
see more together.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache

RANGE_TAIL = 5
RUN_TAIL = 2
SUBNET_BITS = {4: 24, 6: 48}
_OURS = [
    ipaddress.ip_network(text)
    for text in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
]


def range_of(serial: str) -> str:
    """Return the name of the range that a serial lies in."""
    return f"{len(serial)}:{serial[:-RANGE_TAIL]}"


def run_of(serial: str) -> str:
    """Return the name of the run of consecutive serials that a serial lies in."""
    return f"{len(serial)}:{serial[:-RUN_TAIL]}"


@lru_cache(maxsize=4096)
def subnet_of(address: str) -> str:
    """Return the /24 or /48 of an address; empty for this machine itself or no address."""
    try:
        found = ipaddress.ip_address(address.strip().strip("[]"))
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
    if found.is_loopback or found.is_unspecified:
        return ""
    return str(ipaddress.ip_network((found, SUBNET_BITS[found.version]), strict=False))


def client_address(remote: str, forwarded: str, *, hops: int = 1) -> str:
    """Return who asks, behind `hops` proxies of our own.

    `forwarded` is X-Forwarded-For: each proxy adds at its right end whom it heard, so the entry
    that our outermost proxy wrote is the `hops`-th from the right, and whatever stands before it
    is the caller's own invention. The header counts only where the connection itself comes from
    this machine or a private network.
    """
    named = [part.strip() for part in forwarded.split(",") if part.strip()]
    if not named or hops < 1 or not _is_ours(remote):
        return remote
    return named[-min(hops, len(named))]


def _is_ours(remote: str) -> bool:
    try:
        found = ipaddress.ip_address(remote.strip().strip("[]"))
    except ValueError:
        return not remote.strip()  # a socket of this machine has no address
    return any(found in network for network in _OURS)
