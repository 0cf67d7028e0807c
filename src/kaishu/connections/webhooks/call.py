"""Make one call: one connection, one deadline over all of it, no redirects."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kaishu.connections.errors import AddressRefused
from kaishu.connections.webhooks import proxy, target
from kaishu.connections.webhooks.proxy import ProxyRefused
from kaishu.connections.webhooks.target import Resolver, Target

TIMEOUT = 15.0
CONNECT_TIMEOUT = 5.0
READ_AT_MOST = 4096


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call came to: a status, or a code that says why there is none."""

    status: int | None
    problem: str
    ms: int

    @property
    def arrived(self) -> bool:
        """Say whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


def post(
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes,
    timeout: float = TIMEOUT,
    resolver: Resolver | None = None,
) -> Outcome:
    """Send a body to an address and return what came of it; never raises for what a network does.

    The deadline counts from the look-up to the last byte of the answer's head, however slowly the
    other side drips. The answer's body is not kept.
    """
    started = time.monotonic()
    problem, status = "", None
    try:
        status = _post(target.read(url), headers, body, started + timeout, resolver)
    except AddressRefused:
        problem = "address"
    except ProxyRefused:
        problem = "proxy"
    except ssl.SSLError:
        problem = "tls"
    except TimeoutError:
        problem = "timeout"
    except socket.gaierror:
        problem = "name"
    except (OSError, http.client.HTTPException, ValueError):
        over = time.monotonic() >= started + timeout
        problem = "timeout" if over else "connection"
    return Outcome(status, problem, round((time.monotonic() - started) * 1000))


def _post(
    to: Target,
    headers: Mapping[str, str],
    body: bytes,
    deadline: float,
    resolver: Resolver | None,
) -> int:
    raw = _connected(target.resolve(to, resolver), to, deadline)
    # Closes the socket under whoever still waits: a timeout counts each read, this counts all.
    watchdog = threading.Timer(_left(deadline), _close, (raw,))
    watchdog.daemon = True
    watchdog.start()
    wire: socket.socket = raw
    try:
        raw.settimeout(_left(deadline))
        if to.scheme == "https":
            wire = ssl.create_default_context().wrap_socket(raw, server_hostname=to.host)
        line = http.client.HTTPConnection(to.host, to.port)
        line.sock = wire
        line.request("POST", to.path, body, {**headers, "Host": to.authority})
        answer = line.getresponse()
        answer.read(READ_AT_MOST)
        return answer.status
    finally:
        watchdog.cancel()
        wire.close()


def _connected(numbers: Sequence[str], to: Target, deadline: float) -> socket.socket:
    """Connect to the first of these numbers that answers; no name is looked up any more.

    With a house proxy the numbers, not the name, are what it is asked for: what was looked at is
    what is called. A host that the installation names itself is called without the proxy.
    """
    through = proxy.place() if not to.named else None
    for number in numbers[:-1]:
        with contextlib.suppress(OSError):
            return _line(number, to.port, through, deadline)
    return _line(numbers[-1], to.port, through, deadline)


def _line(
    number: str, port: int, through: tuple[str, int] | None, deadline: float
) -> socket.socket:
    wait = min(CONNECT_TIMEOUT, _left(deadline))
    if through is None:
        return socket.create_connection((number, port), timeout=wait)
    return proxy.tunnel(through, number, port, timeout=wait)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _close(wire: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may be closed already
        wire.shutdown(socket.SHUT_RDWR)
