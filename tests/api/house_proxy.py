"""A real house proxy on this machine, and a receiver behind it that speaks TLS."""

from __future__ import annotations

import http.server
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "hooks.example"


@dataclass
class House:
    """What the proxy was asked for and what arrived behind it; `says` is the proxy's answer."""

    certificate: Path
    port: int = 0
    says: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n"
    asked: list[list[str]] = field(default_factory=list)
    arrived: list[bytes] = field(default_factory=list)


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """Run both on free ports. Every number that the proxy is asked for leads to the receiver."""
    certificate, key = _certificate(folder)
    found = House(certificate)
    with ExitStack() as stack:
        receiver = stack.enter_context(_receiver(found, certificate, key))
        found.port = stack.enter_context(_proxy(found, receiver))
        yield found


@contextmanager
def _proxy(found: House, behind: int) -> Iterator[int]:
    class Asked(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            lines = []
            while line := self.rfile.readline().strip():
                lines.append(line.decode())
            found.asked.append(lines)
            self.request.sendall(found.says)
            if b" 200 " in found.says:
                with socket.create_connection(("127.0.0.1", behind)) as inside:
                    back = threading.Thread(target=_carry, args=(inside, self.request))
                    back.start()
                    _carry(self.request, inside)
                    back.join()

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Asked)
    server.daemon_threads = True
    with _served(server) as port:
        yield port


def _carry(one: socket.socket, other: socket.socket) -> None:
    try:
        while some := one.recv(4096):
            other.sendall(some)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        return


@contextmanager
def _receiver(found: House, certificate: Path, key: Path) -> Iterator[int]:
    class Heard(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.arrived.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Heard)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with _served(server) as port:
        yield port


@contextmanager
def _served(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "receiver.pem", folder / "receiver.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files
