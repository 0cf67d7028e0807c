"""Refuse to serve people with unsafe settings.

The defaults make `make demo` work on any machine at once. In production each of them would be a
hole, so every one is named here, and the server does not start until all are set.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from email.utils import parseaddr
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage

from kaishu.base import sealing
from kaishu.base.s3 import read_url as read_files_url
from kaishu.connections.webhooks.proxy import read_url as read_proxy_url
from kaishu.notices.smtp import BadMailUrl, read_url

MODES = ("development", "demo", "production")
LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]"}
SECRET_LENGTH = 50
TOKEN_LENGTH = 32


class UnsafeSettings(Exception):
    """The settings are not safe to serve people with."""

    code = "unsafe_settings"


def refuse_unsafe() -> None:
    """Raise `UnsafeSettings`, naming every error at once, unless the settings may be served."""
    errors = [found for found in unsafe_settings() if found.level >= checks.ERROR]
    if errors:
        lines = [f"  {found.msg}\n    {found.hint}" for found in errors]
        raise UnsafeSettings("\n".join([str(UnsafeSettings.__doc__), *lines]))


def unsafe_settings(app_configs: Sequence[AppConfig] | None = None, **_: Any) -> list[CheckMessage]:
    """Return what is wrong with the settings, as messages of Django's check framework."""
    return [*_always(), *(_in_production() if settings.KAISHU_MODE == "production" else ())]


checks.register(unsafe_settings)


def _always() -> Iterator[CheckMessage]:
    if settings.KAISHU_MODE not in MODES:
        yield _error(1, "KAISHU_MODE is unknown.", f"Set it to one of {', '.join(MODES)}.")
    try:
        sealing.check_keys()
    except sealing.BadFieldKey:
        hint = 'Set it to 32 random bytes in hexadecimal, or to several as "2:<hex> 1:<hex>".'
        yield _error(2, "KAISHU_FIELD_KEY is no key.", hint)

    try:
        read_files_url(settings.KAISHU_FILES_URL or "s3://unset/unset")
    except ValueError:
        hint = "Use s3://access:secret@host:port/bucket/folder, with ?tls=no only inside a network."
        yield _error(30, "KAISHU_FILES_URL is no object store.", hint)
    try:
        read_proxy_url(settings.KAISHU_WEBHOOK_PROXY or "http://unset")
    except ValueError:
        hint = "Use http://host:port or http://user:password@host:port."
        yield _error(32, "KAISHU_WEBHOOK_PROXY is no proxy.", hint)


def _in_production() -> Iterator[CheckMessage]:
    secret = settings.SECRET_KEY
    if secret.startswith("dev-only") or len(secret) < SECRET_LENGTH:
        hint = f"Set {SECRET_LENGTH} or more random characters, and keep them secret."
        yield _error(3, "KAISHU_SECRET_KEY is the default or too short.", hint)
    keys = [word.rpartition(":")[2] for word in settings.KAISHU_FIELD_KEY.split()]
    if any(len(set(key)) < 4 for key in keys):
        hint = "Set 32 random bytes in hexadecimal; keep a copy outside the database's backups."
        yield _error(4, "KAISHU_FIELD_KEY is a key that anybody knows.", hint)
    if settings.DEBUG:
        yield _error(5, "DEBUG is on.", "Switch it off: its error pages show people's data.")
    hosts = set(settings.ALLOWED_HOSTS)
    if not hosts - LOCAL_HOSTS or "*" in hosts:
        hint = "Name the hosts that people reach this installation by, without '*'."
        yield _error(6, "KAISHU_ALLOWED_HOSTS names no public host.", hint)
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        if not origin.startswith("https://"):
            hint = "Use https:// origins only: a form must not travel in the clear."
            yield _error(7, f"KAISHU_TRUSTED_ORIGINS holds {origin!r}.", hint)
    if not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE):
        hint = "Set SESSION_COOKIE_SECURE and CSRF_COOKIE_SECURE."
        yield _error(8, "Cookies may travel in the clear.", hint)
    if settings.KAISHU_SECOND_STEP != "required":
        hint = "Unset KAISHU_SECOND_STEP: a password alone must not open people's details."
        yield _error(11, "Staff may sign in without a second step.", hint)
    token = settings.KAISHU_METRICS_TOKEN
    if token and len(token) < TOKEN_LENGTH:
        hint = f"Set {TOKEN_LENGTH} or more random characters, or none: then nobody reads /metrics."
        yield _error(31, "KAISHU_METRICS_TOKEN is too short.", hint)
    yield from _sqlite_in_production()
    yield from _mail_in_production()


def _sqlite_in_production() -> Iterator[CheckMessage]:
    database = settings.DATABASES["default"]
    if not database["ENGINE"].endswith("sqlite3"):
        return
    if "synchronous=FULL" not in database.get("OPTIONS", {}).get("init_command", ""):
        hint = "Unset KAISHU_SQLITE_SYNCHRONOUS: a saved claim must survive a power cut."
        yield _error(9, "SQLite may lose the last commits.", hint)
    if int(os.environ.get("KAISHU_WORKERS", "1")) > 1:
        hint = "Writers wait for each other. Set KAISHU_DATABASE_URL to a PostgreSQL database."
        yield checks.Warning("Several workers share one SQLite file.", hint=hint, id="kaishu.W010")


def _mail_in_production() -> Iterator[CheckMessage]:
    if not settings.KAISHU_PUBLIC_URL.startswith("https://"):
        hint = "Set the https:// address that people know: every link in a mail starts with it."
        yield _error(20, "KAISHU_PUBLIC_URL is no public address.", hint)
    if not settings.KAISHU_MAIL_URL:
        hint = "Set smtp://user:password@host:port or smtps://…: owners wait for their mails."
        yield _error(21, "KAISHU_MAIL_URL is not set.", hint)
    for name in ("KAISHU_MAIL_URL", "KAISHU_MAIL_URL_2"):
        try:
            read_url(getattr(settings, name) or "smtp://unset")
        except BadMailUrl:
            yield _error(22, f"{name} is no mail server.", "Use smtp:// or smtps:// with a host.")
    for name in ("KAISHU_MAIL_FROM", "KAISHU_MAIL_REPLY_TO", "KAISHU_MAIL_BOUNCES"):
        address = parseaddr(getattr(settings, name))[1]
        if getattr(settings, name) and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", address):
            hint = "Name a mailbox in your own domain, signed for by SPF and DKIM."
            yield _error(23, f"{name} is no public mail address.", hint)
    if not settings.KAISHU_SECURITY_CONTACT.startswith(("https://", "mailto:")):
        hint = (
            "Set KAISHU_SECURITY_CONTACT to mailto:… or https://…, for /.well-known/security.txt."
        )
        yield checks.Warning("Nobody can report a weakness.", hint=hint, id="kaishu.W024")


def _error(number: int, message: str, hint: str) -> checks.Error:
    return checks.Error(message, hint=hint, id=f"kaishu.E{number:03}")
