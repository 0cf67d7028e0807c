"""A worker that runs the installation's jobs in a process of its own, until it is killed."""

from __future__ import annotations

import time

import django

django.setup()

from kaishu.base.clock import now
from kaishu.config.jobs import run_jobs

if __name__ == "__main__":
    print("ready", flush=True)  # noqa: T201 (the test waits for it)
    while True:
        run_jobs(at=now())
        time.sleep(0.02)
