"""`kaishu edge`: answer the safety check from the edition packs alone."""

from __future__ import annotations

import os
from pathlib import Path

import click

from kaishu.core import signing
from kaishu.doors.edge.settings import from_environment


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="Port to listen on.")
@click.option(
    "--socket",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Listen on this Unix socket instead, for a proxy on the same machine.",
)
@click.option("--workers", default=1, show_default=True, help="Processes to run.")
@click.option(
    "--packs",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the editions. [default: packs in KAISHU_DATA_DIR]",
)
@click.option(
    "--main-site",
    help="Address of the main site, for links to claims and notices; not needed behind one proxy.",
)
@click.option(
    "--trust",
    multiple=True,
    metavar="KEY",
    help="Public key that must have signed each edition: 64 digits, or the file edition-keys.json.",
)
def edge(
    *,
    host: str,
    port: int,
    socket: Path | None,
    workers: int,
    packs: Path | None,
    main_site: str | None,
    trust: tuple[str, ...],
) -> None:
    """Run the stand-alone check server: no database, no session, no connection to anywhere.

    It follows what is published and keeps the old edition where a new one is damaged; /healthz
    says which editions answer. docs/howto/edge.md has the proxy in front of it.
    """
    if packs is not None:
        os.environ["KAISHU_EDGE_PACKS"] = str(packs.resolve())
    if main_site is not None:
        os.environ["KAISHU_EDGE_MAIN_SITE"] = main_site
    if trust:
        keys = sorted(key.hex() for key in signing.read_keys(trust))
        os.environ["KAISHU_EDGE_TRUST"] = " ".join(keys)
    from_environment()  # what cannot be read is said here, once, not by each process
    serve(host=host, port=port, socket=socket, workers=workers)


def serve(*, host: str, port: int, socket: Path | None, workers: int) -> None:
    """Run granian until it is stopped."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces, RuntimeModes

    place = f"unix:{socket}" if socket else f"http://{host}:{port}/"
    click.echo(f"The check is at {place} (stop with Ctrl-C)")
    server = Granian(
        "kaishu.doors.edge.wsgi:application",
        address=host,
        port=port,
        uds=socket,
        interface=Interfaces.WSGI,
        factory=True,
        workers=workers,
        blocking_threads=1,
        http=HTTPModes.http1,
        runtime_mode=RuntimeModes.st,  # one thread beside Python's: half the CPU of a request
        websockets=False,
        respawn_failed_workers=True,
    )
    server.serve()
