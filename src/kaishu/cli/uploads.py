"""`kaishu uploads`: the server that takes photos. `kaishu serve` starts it by itself."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8001, show_default=True, help="Port to listen on.")
@click.option("--fd", type=int, hidden=True, help="A listening socket of the parent process.")
def uploads(*, host: str, port: int, fd: int | None) -> None:
    """Take photos on a port of its own, so that slow phones never hold up a check."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaishu.config.settings")

    from kaishu.config import upload_server
    from kaishu.config.wsgi import application

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if fd is None:
        listening = upload_server.listen(host, port)
        click.echo(f"Kaishu takes photos at http://{host}:{port}/ (stop with Ctrl-C)")
    else:
        listening = socket.socket(fileno=fd)
        threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    upload_server.run(listening, application)


def _end_with(parent: int) -> None:
    """End when the parent has died without a word; a port held by an orphan blocks a restart."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
