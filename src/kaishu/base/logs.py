"""Log one JSON object a line: what happened, to which ids, in which request. Never to whom.

An event is a name ("claim.submitted") and its values are codes, ids and counts. Three things keep
people out of the logs, because a log is copied further than any table: personal keys are dropped,
arguments of foreign loggers are dropped (Django puts paths there, and a path may carry a claim
token), and an error is its class and its places in the code, never its message.
"""

from __future__ import annotations

import logging
import secrets
import sys
import traceback
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

import structlog
from structlog.typing import Processor

Event = MutableMapping[str, Any]

request_id: ContextVar[str] = ContextVar("kaishu_request_id", default="")

# fmt: off
PERSONAL_KEYS = frozenset({
    "name", "full_name", "kana", "email", "mail", "phone", "telephone", "tel", "address",
    "postcode", "postal", "city", "contact", "account", "account_no", "account_name", "bank",
    "iban", "card", "token", "password", "secret", "cookie", "serial", "order_no", "ip",
    "remote_addr", "user_agent", "path", "url", "query", "body", "request", "response", "text",
    "note", "message", "subject", "recipient", "exception_message", "split",
})
# fmt: on
# Loggers whose message templates are known to hold no values.
TRUSTED_TEMPLATES = ("django", "granian", "_granian", "kaishu")
LONGEST_VALUE = 200


def new_request_id() -> str:
    """Return a fresh id for one request; also what a person may read out to the hotline."""
    return secrets.token_hex(8)


def add_request_id(_logger: object, _method: str, event: Event) -> Event:
    """Name the request that this event belongs to."""
    current = request_id.get()
    if current:
        event["request_id"] = current
    return event


def drop_personal(_logger: object, _method: str, event: Event) -> Event:
    """Drop values whose key says that they concern a person, and say which keys were dropped."""
    dropped = sorted(key for key in event if key.lower() in PERSONAL_KEYS)
    for key in dropped:
        del event[key]
    if dropped:
        event["dropped"] = dropped
    return event


def keep_plain(_logger: object, _method: str, event: Event) -> Event:
    """Keep numbers and short one-line strings; name the type of anything else.

    A line break in a value could forge a line; an object's repr could hold a whole row.
    """
    for key, value in event.items():
        if key in {"exc_info", "_record", "_from_structlog", "dropped", "error_at"}:
            continue
        event[key] = _plain(value)
    return event


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        line = "".join(char if char.isprintable() else "\ufffd" for char in value)
        return line if len(line) <= LONGEST_VALUE else line[:LONGEST_VALUE] + "…"
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return f"<{type(value).__name__}>"


def name_error(_logger: object, _method: str, event: Event) -> Event:
    """Turn an exception into its class and its places in the code, without its message."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info if isinstance(info, BaseException) else info[1] if info else None
    if error is None:
        return event
    event["error"] = type(error).__name__
    code = getattr(error, "code", None)
    if isinstance(code, str):
        event["error_code"] = code
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    event["error_at"] = [
        f"{frame.filename.rsplit('/src/', 1)[-1].rsplit('site-packages/', 1)[-1]}"
        f":{frame.lineno} {frame.name}"
        for frame in frames
    ]
    return event


def adopt_foreign(_logger: object, _method: str, event: Event) -> Event:
    """Keep a foreign record's template and status, and drop the values filled into it."""
    record: logging.LogRecord | None = event.get("_record")
    if record is None:
        return event
    trusted = record.name.split(".")[0] in TRUSTED_TEMPLATES and isinstance(record.msg, str)
    event["event"] = record.name
    if trusted:
        event["template"] = record.msg
    status = getattr(record, "status_code", None)
    if isinstance(status, int):
        event["status"] = status
    if record.exc_info:
        event["exc_info"] = record.exc_info
    return event


SHARED: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    add_request_id,
]
FINISH: list[Processor] = [
    name_error,
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    drop_personal,
    keep_plain,
    structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True),
]

structlog.configure(
    processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": [*SHARED, adopt_foreign],
            "processors": FINISH,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.db.backends": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of one module: `log.info("claim.submitted", case_no=…)`."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger
