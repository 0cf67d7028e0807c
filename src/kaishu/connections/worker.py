"""One round of the worker: hear what happened, send what is due, forget what is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from kaishu.base import limiter
from kaishu.connections import answers, files
from kaishu.connections.webhooks import subscriptions
from kaishu.connections.webhooks.deliver import deliver
from kaishu.connections.webhooks.follow import follow

AN_HOUR = 3600


def run_once(*, at: datetime) -> Mapping[str, int]:
    """Follow, deliver, and once an hour tidy up."""
    counts = {"followed": follow(at=at), **deliver(at=at)}
    if limiter.allow(name="api-sweep", subject="all", limit=1, seconds=AN_HOUR, at=at):
        counts |= {
            "answers_forgotten": answers.sweep(at=at),
            "files_forgotten": files.sweep(at=at),
            "events_forgotten": subscriptions.sweep(at=at),
        }
    return counts
