"""`kaishu worker`: pay what was approved, send messages, follow, tidy up; round after round."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from threading import Event

import click
import structlog

from kaishu.cli._django import start


@click.command()
@click.option("--every", default=2.0, show_default=True, help="Seconds between two rounds.")
@click.option("--once", is_flag=True, help="One round, then stop.")
def worker(*, every: float, once: bool) -> None:
    """Run the background work until stopped; a round under way is finished first."""
    start()
    from django.db import close_old_connections

    from kaishu.base import heartbeat
    from kaishu.base.clock import now
    from kaishu.books.closings import close
    from kaishu.books.roots import seal_due
    from kaishu.claims.hotline.changes import apply_due
    from kaishu.cli._retention import daily
    from kaishu.config.jobs import run_jobs
    from kaishu.connections.worker import run_once as connections
    from kaishu.doors.public.receipt_keys import keep
    from kaishu.notices.sending import send_due
    from kaishu.notices.watches import follow
    from kaishu.payouts.worker import run_once
    from kaishu.returns.reminders import remind_round
    from kaishu.returns.trade.sites import remind_late
    from kaishu.supply.alerts.again import run_due as look_again
    from kaishu.supply.network.tasks import catch_up

    jobs: Mapping[str, Callable[..., object]] = {
        "payouts": run_once,
        "watches": follow,
        "kit_reminders": remind_round,
        "notices": send_due,
        "jobs": run_jobs,
        "trade": remind_late,
        "contact changes": apply_due,
        "connections": connections,
        "graphs": catch_up,
        "lot alerts": look_again,
        "retention": daily,
        "daily roots": seal_due,
        "receipt keys": keep,
        "closings": close,
    }
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    me = heartbeat.name()
    while not stop.is_set():
        for name, job in jobs.items():
            run_job("heartbeat", partial(heartbeat.beat, who=me), now())
            run_job(name, job, now())
        if once:
            break
        close_old_connections()
        stop.wait(every)
    if not once:
        heartbeat.leave(who=me)


def run_job(name: str, job: Callable[..., object], at: datetime) -> None:
    """Run one job once and log its counts; what goes wrong in it must not stop the others."""
    log = structlog.get_logger("kaishu.worker")
    try:
        done = job(at=at)
    except Exception:
        log.exception("worker.round_failed", job=name)
        return
    if isinstance(done, Mapping) and any(done.values()):
        log.info("worker.round", job=name, **done)
