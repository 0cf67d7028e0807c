"""Keep one upload process running beside the web server."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

PAUSE = 1.0  # seconds before a crashed process is started again
PATIENCE = 10.0  # seconds for its last uploads


@contextmanager
def running(host: str, port: int) -> Iterator[None]:
    """Run the upload process for the block, and start it again whenever it ends by itself."""
    from kaishu.config import upload_server

    try:
        listening = upload_server.listen(host, port)
    except OSError as problem:
        raise click.ClickException(
            f"Port {port} for uploads is taken ({problem.strerror}). "
            "Choose another with --upload-port, or 0 for none."
        ) from problem
    over, first = threading.Event(), _start(listening.fileno())
    # From here on the thread only waits: the web workers are forks, and inherit no busy lock.
    keeper = threading.Thread(target=_keep, args=(first, listening.fileno(), over), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
        listening.close()


def _start(fd: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "kaishu.cli.main", "uploads", "--fd", str(fd)]
    return subprocess.Popen(command, pass_fds=[fd])  # noqa: S603 (our own command)


def _keep(child: subprocess.Popen[bytes], fd: int, over: threading.Event) -> None:
    while not over.wait(0.2):
        if child.poll() is not None and not over.wait(PAUSE):
            child = _start(fd)
    _stop(child)


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
