"""The demo's mail server and the folder it keeps mails in: real SMTP, and nothing leaves."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = "127.0.0.1"


class Keeper:
    """Take every mail and keep it as a file, named so that the newest sorts last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802 (aiosmtpd's name for it)
        """Keep one mail whole or not at all."""
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        draft = self.folder / f"{name}.part"
        draft.write_bytes(envelope.content)  # type: ignore[attr-defined]  # aiosmtpd has no types
        draft.replace(self.folder / f"{name}.eml")
        return "250 OK"


@contextmanager
def mail_server(folder: Path) -> Iterator[str]:
    """Run the server in a thread; yields its address, as `KAISHU_MAIL_URL` wants it."""
    from aiosmtpd.controller import Controller

    logging.getLogger("mail.log").setLevel(logging.WARNING)
    port = _free_port()
    controller = Controller(Keeper(folder), hostname=HERE, port=port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield f"smtp://{HERE}:{port}"
    finally:
        controller.stop()


def mails(folder: Path) -> list[str]:
    """Return the names of the mails that were kept, newest first."""
    if not folder.is_dir():
        return []
    names = (name for name in os.listdir(folder) if name.endswith(".eml"))  # noqa: PTH208 (names only)
    return sorted((name.removesuffix(".eml") for name in names), reverse=True)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HERE, 0))
        return int(found.getsockname()[1])
