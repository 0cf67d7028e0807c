"""Where a webhook may go: a public address, resolved once, and called at exactly that number.

A name that somebody else controls must not make our server talk to itself, to its neighbours or to
the cloud's own addresses. So the name is resolved once, every number it has must be public, and the
socket connects to the number that was looked at: a name that changes its mind in between (DNS
rebinding) changes nothing. Standard: OWASP's cheat sheet on server-side request forgery.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from kaishu.connections.errors import AddressRefused

LONGEST = 500
MOST_TRIED = 4  # a name may have a number that this machine has no way to
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Sequence[str]]
# Networks whose numbers carry another, IPv4, number inside: judged by that one too.
_SIX_TO_FOUR = ipaddress.ip_network("2002::/16")
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook's address, taken apart. `named` = the installation itself allows this host."""

    scheme: str
    host: str
    port: int
    path: str
    named: bool

    @property
    def authority(self) -> str:
        """Return what the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


def read(url: str) -> Target:
    """Take an address apart. Raises AddressRefused for all but a plain https one.

    A host that `KAISHU_WEBHOOK_HOSTS` names ("host:port") may also be http, and private.
    """
    if len(url) > LONGEST or not url.isascii() or any(ord(sign) <= 32 for sign in url):
        raise AddressRefused(why="form")
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    except ValueError:
        raise AddressRefused(why="form") from None
    host = (parts.hostname or "").rstrip(".")
    if not host or "%" in host or "\\" in url or parts.username is not None or parts.fragment:
        raise AddressRefused(why="form")
    named = f"{host}:{port}" in settings.KAISHU_WEBHOOK_HOSTS
    if parts.scheme != "https" and not (named and parts.scheme == "http"):
        raise AddressRefused(why="scheme")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, named)


def resolve(target: Target, resolver: Resolver | None = None) -> Sequence[str]:
    """Return the numbers to try, in order. Raises AddressRefused where any of them is not public.

    Raises OSError where the name cannot be resolved now.
    """
    found = list(dict.fromkeys((resolver or _ask)(target.host, target.port)))
    if not found:
        raise OSError("no address")
    if not target.named and not all(is_public(each) for each in found):
        raise AddressRefused(why="private")
    return found[:MOST_TRIED]


def check(url: str, resolver: Resolver | None = None) -> Target:
    """Judge an address when it is registered; a name that does not resolve yet may come later."""
    target = read(url)
    with contextlib.suppress(OSError):
        resolve(target, resolver)
    return target


def is_public(text: str) -> bool:
    """Say whether a number belongs to the public internet, and so does any number inside it."""
    address = ipaddress.ip_address(text.partition("%")[0])
    return all(_is_public(each) for each in (address, *_inside(address)))


def _is_public(address: Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
        and not address.is_loopback
        and not address.is_link_local
    )


def _inside(address: Address) -> Sequence[Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.teredo is not None:
        return address.teredo
    if address in _SIX_TO_FOUR and address.sixtofour is not None:
        return (address.sixtofour,)
    if any(address in network for network in _NAT64):
        return (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF),)
    return ()


def _ask(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]
