"""The upload server's own refusals: each a page in the person's language, none a broken line."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from kaishu.base.headers import HEADERS
from kaishu.config import upload_server

MB = 1024 * 1024
Answer = tuple[int, dict[str, str], str]


@pytest.fixture
def port() -> Iterator[int]:
    """Run the server over an application that says how many bytes it got."""
    listening = upload_server.listen("127.0.0.1", 0)
    number = listening.getsockname()[1]
    over = threading.Event()

    def counts(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        taken = len(environ["wsgi.input"].read())
        start("200 OK", [("Content-Type", "text/plain")])
        return [str(taken).encode()]

    servers: list[Any] = []
    made = upload_server.create_server

    def remember(*args: Any, **given: Any) -> Any:
        servers.append(made(*args, **given))
        return servers[0]

    def serve() -> None:
        upload_server.run(listening, counts)
        over.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upload_server, "create_server", remember)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        while not servers:
            time.sleep(0.01)
    yield number
    servers[0].task_dispatcher.shutdown()
    servers[0].close()
    for channel in list(servers[0].active_channels.values()):
        channel.handle_close()


def send(
    port: int, body: Any, path: str = "/ja/d/TOKEN/photo", length: int | None = None, **headers: str
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    if length is not None:
        headers["Content-Length"] = str(length)
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    return answer.status, dict(answer.getheaders()), said


def test_a_body_within_the_limit_reaches_the_application_whole(port: int) -> None:
    assert send(port, b"x" * MB)[::2] == (200, str(MB))


@pytest.mark.parametrize(
    ("path", "accepted", "words"),
    [
        ("/ja/d/T/photo", "en", "一度に送るファイルが多すぎます（合計の上限は 60 MB です）。"),
        ("/zh-hans/d/T/photo", "en", "一次发送的文件太多（合计上限为 60 MB）。"),
        ("/en/d/T/photo", "ja", "Too much was sent at once. The limit is 60 MB in all."),
        ("/photo", "zh-CN,zh;q=0.9", "请返回上一页，减少照片后再发送。"),
    ],
)
def test_a_body_over_the_limit_is_read_and_refused_in_words(
    port: int, path: str, accepted: str, words: str
) -> None:
    size = 61 * MB
    chunks = (b"x" * MB for _ in range(61))
    status, headers, page = send(port, chunks, path, size, **{"Accept-Language": accepted})
    assert status == 413
    assert words in page
    assert headers.items() >= HEADERS.items()
    assert headers["Cache-Control"] == "no-store"
    assert "waitress" not in str(headers).lower()


def test_a_browser_that_asks_first_is_told_before_it_sends(port: int) -> None:
    lines = ["POST /ja/d/T/photo HTTP/1.1", "Host: localhost", "Expect: 100-continue"]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as phone:
        phone.sendall("\r\n".join([*lines, f"Content-Length: {61 * MB}", "", ""]).encode())
        assert phone.recv(12) == b"HTTP/1.1 413"


def test_a_body_without_a_length_is_stopped_at_the_limit(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as phone:
        phone.sendall(b"POST /ja/d/T/photo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = f"{MB:x}\r\n".encode() + b"x" * MB + b"\r\n"
        try:
            for _ in range(70):
                phone.sendall(chunk)
        except OSError:
            return  # the line was cut: nothing more is taken
        assert phone.recv(12) == b"HTTP/1.1 413"


def test_a_drip_below_the_least_rate_is_ended_after_the_grace(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_server, "GRACE", 0.3)
    assert _drip(port, seconds=5) == b"HTTP/1.1 408"


def test_a_steady_body_is_ended_at_the_deadline(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_server, "DEADLINE", 0.3)
    assert _drip(port, seconds=5) == b"HTTP/1.1 408"


def _drip(port: int, *, seconds: float) -> bytes:
    """Send ten bytes every 50 ms until the server answers; returns how its answer begins."""
    until = time.monotonic() + seconds
    with socket.create_connection(("127.0.0.1", port), timeout=0.05) as phone:
        phone.sendall(b"POST /ja/d/T/photo HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n")
        while time.monotonic() < until:
            phone.sendall(b"x" * 10)
            try:
                return phone.recv(12)
            except TimeoutError:
                continue
    return b""


def test_no_body_is_taken_that_would_fill_the_disk(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = SimpleNamespace(free=upload_server.FREE_KEPT + 1000)
    monkeypatch.setattr(upload_server.shutil, "disk_usage", lambda _folder: room)
    assert send(port, b"x" * 1000)[0] == 200
    status, _, page = send(port, b"x" * 1001, "/en/d/T/photo")
    assert (status, "Go back in about an hour" in page) == (503, True)


def test_a_disk_that_fills_up_on_the_way_is_told_in_words(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_receiver: object, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("waitress.receiver.FixedStreamReceiver.received", full)
    status, _, page = send(port, b"x" * 3 * MB)
    assert (status, "いまは写真を受け取れません。" in page) == (503, True)


def test_what_is_no_request_is_answered_in_words(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as phone:
        phone.sendall(b"POST /photo HTTP/1.1\r\nbad header\r\n\r\n")
        answer = b""
        while part := phone.recv(4096):
            answer += part
    assert answer.split()[1] == b"400"
    assert b"We could not read what your browser sent." in answer
