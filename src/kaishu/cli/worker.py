"""`kaishu worker`: send what was approved and read what came back, round after round."""

from __future__ import annotations

import signal
from threading import Event

import click

from kaishu.cli._django import start


@click.command()
@click.option("--every", default=2.0, show_default=True, help="Seconds between two rounds.")
@click.option("--once", is_flag=True, help="One round, then stop.")
def worker(*, every: float, once: bool) -> None:
    """Run the background work until stopped; a round under way is finished first."""
    start()
    import structlog
    from django.db import close_old_connections

    from kaishu.base.clock import now
    from kaishu.payouts.worker import run_once

    log = structlog.get_logger("kaishu.worker")
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        done = run_once(at=now())
        if any(done.values()):
            log.info("payouts_round", **done)
        if once:
            return
        close_old_connections()
        stop.wait(every)
