"""`kaishu serve`: prepare the installation and run its web server."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click

from kaishu.cli import _upload_process
from kaishu.cli._django import open_demo


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, help="Web processes to run.")
@click.option(
    "--upload-port",
    type=int,
    help="Port of the process that takes photos; 0 for none. [default: the next port]",
)
def serve(*, host: str, port: int, workers: int, upload_port: int | None) -> None:
    """Run the web server, after bringing the database up to date."""
    photos = port + 1 if upload_port is None else upload_port
    run_server(host=host, port=port, workers=workers, upload_port=photos)


def run_server(*, host: str, port: int, workers: int, upload_port: int) -> None:
    """Prepare, then serve until stopped; refuses unsafe settings with a list of what to set."""
    open_demo(os.environ)
    os.environ["KAISHU_WORKERS"] = str(workers)
    os.environ["KAISHU_PAGE_PORT"] = str(port)
    os.environ["KAISHU_UPLOAD_PORT"] = str(upload_port)
    os.environ["KAISHU_STATIC_COLLECTED"] = "1"
    _count_together()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaishu.config.settings")
    _prepare()
    click.echo(f"Kaishu is at http://{host}:{port}/ (stop with Ctrl-C)")
    beside: AbstractContextManager[None] = (
        _upload_process.running(host, upload_port) if upload_port else nullcontext()
    )
    with beside:
        _serve(host=host, port=port, workers=workers)


def _count_together() -> None:
    """Let all processes of this server count into one fresh folder; before anything counts."""
    folder = tempfile.mkdtemp(prefix="kaishu-metrics-")
    mine = os.getpid()

    def forget() -> None:
        if os.getpid() == mine:  # the workers are forks, and end with our handlers
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(forget)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder


def _prepare() -> None:
    import django

    django.setup()

    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from kaishu.base import catalogue
    from kaishu.config.checks import UnsafeSettings, refuse_unsafe

    try:
        refuse_unsafe()
    except UnsafeSettings as problem:
        raise click.ClickException(str(problem)) from problem
    catalogue.build()
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    # The workers are forks: a connection must not be shared with them.
    connections.close_all()


def _serve(*, host: str, port: int, workers: int) -> None:
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces

    # One blocking thread a worker: measured fastest, and every view is plain blocking code.
    server = Granian(
        "kaishu.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=1,
        websockets=False,
        respawn_failed_workers=True,
        log_dictconfig=settings.LOGGING,
    )
    server.serve()
