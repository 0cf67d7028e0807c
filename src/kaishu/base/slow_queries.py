"""Log a database statement that took too long: its text with placeholders, never its values."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from django.db import connection

from kaishu.base import logs

SLOW_SECONDS = 0.5

log = logs.get_logger("kaishu.database")


def watch() -> AbstractContextManager[None]:
    """Watch the statements of this thread for the block."""
    return connection.execute_wrapper(_timed)


def _timed(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Mapping[str, Any]
) -> Any:
    started = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        seconds = time.perf_counter() - started
        if seconds >= SLOW_SECONDS:
            log.warning("query.slow", sql=" ".join(str(sql).split()), ms=round(seconds * 1000))
