"""Go out through the proxy of the house: a tunnel to a number that was judged before.

Many networks let nothing out but through one proxy. It gets `CONNECT number:port` and never sees
what is said inside: TLS begins behind it, with the receiver itself. Our own judgement of the number
stays in front, so that the proxy cannot be made to reach inside for somebody else.
Standard: RFC 9110, section 9.3.6.
"""

from __future__ import annotations

import base64
import socket
import time
from urllib.parse import unquote, urlsplit

from django.conf import settings

MOST = 8192  # bytes of a proxy's answer
ANSWERED = b"\r\n\r\n"


class ProxyRefused(OSError):
    """The proxy did not open the way."""


def read_url(url: str) -> tuple[str, int]:
    """Return the host and port of a proxy. Raises ValueError for all but http://…host:port."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname or parts.path not in ("", "/"):
        raise ValueError("no http:// proxy")
    return parts.hostname, parts.port or 3128


def place() -> tuple[str, int] | None:
    """Return the host and port of the proxy that `KAISHU_WEBHOOK_PROXY` names; None without."""
    url = settings.KAISHU_WEBHOOK_PROXY
    return read_url(url) if url else None


def tunnel(through: tuple[str, int], number: str, port: int, *, timeout: float) -> socket.socket:
    """Return a socket that reaches the number through the proxy.

    Raises ProxyRefused, or what a network raises. `timeout` in seconds counts for the whole of it,
    however slowly the proxy answers.
    """
    ends = time.monotonic() + timeout
    line = socket.create_connection(through, timeout=timeout)
    try:
        line.sendall(_asked(number, port))
        _read(line, ends)
    except BaseException:
        line.close()
        raise
    return line


def _asked(number: str, port: int) -> bytes:
    whole = f"[{number}]:{port}" if ":" in number else f"{number}:{port}"
    lines = [f"CONNECT {whole} HTTP/1.1", f"Host: {whole}"]
    parts = urlsplit(settings.KAISHU_WEBHOOK_PROXY)
    if parts.username:
        both = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(both).decode()}")
    return "\r\n".join((*lines, "", "")).encode()


def _read(line: socket.socket, ends: float) -> None:
    """Read the proxy's answer to its end and not a byte further: the rest is the receiver's."""
    found = b""
    while not found.endswith(ANSWERED):
        left = ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        line.settimeout(left)
        sign = line.recv(1)
        found += sign
        if not sign or len(found) > MOST:
            raise ProxyRefused("no answer")
    status = found.split(b"\r\n", 1)[0].split(b" ", 2)[1:2]
    if status != [b"200"]:
        raise ProxyRefused(found[:40].decode("latin-1"))
