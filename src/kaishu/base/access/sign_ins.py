"""One row for each sign-in: how long it lasts, how fresh it is, and how it ends.

Times: 30 minutes without a request, 12 hours in all (OWASP ASVS 7.3.1-2 asks for both; the numbers
are a house rule). The row decides, not the session: ending it ends the session at once, in every
process.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from functools import partial

from django.contrib import auth
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from kaishu.base import metrics
from kaishu.base.access import log
from kaishu.base.access.models import SignIn

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
FRESH = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=1)
SESSION_KEY = "kaishu-sign-in"
_KNOWN = "_kaishu_sign_in"
BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Mac OS", "CrOS", "Linux")


def begin(request: HttpRequest, user: User, *, step: str, at: datetime) -> SignIn:
    """Sign somebody in under a new session key; nothing of the session before is kept."""
    request.session.flush()
    auth.login(request, user)
    row = _open(request, user, step=step, proved_at=at, at=at)
    metrics.count_sign_in(metrics.OK)
    log.write(what=log.SIGNED_IN, about=user.username, by=user.username, at=at, step=step)
    return row


def current(request: HttpRequest, at: datetime) -> SignIn | None:
    """Return the sign-in behind this request; None when it ended or lasted long enough.

    A session of Django's own making, without a row, gets one: password alone, never fresh.
    """
    known: SignIn | None = getattr(request, _KNOWN, None)
    if known is None:
        number = request.session.get(SESSION_KEY)
        user = request.user
        assert isinstance(user, User)
        if number is None:
            known = _open(request, user, step="", proved_at=None, at=at)
        else:
            known = SignIn.objects.filter(number=number, user_id=user.pk).first()
        setattr(request, _KNOWN, known)
    if known is None or is_over(known, at):
        return None
    if at - known.seen_at >= SEEN_EVERY:
        SignIn.objects.filter(pk=known.pk).update(seen_at=at)
        known.seen_at = at
    return known


def is_over(row: SignIn, at: datetime) -> bool:
    """Say whether a sign-in opens nothing any more."""
    return row.ended_at is not None or at - row.seen_at > IDLE or at - row.started_at > ABSOLUTE


def is_fresh(row: SignIn, at: datetime) -> bool:
    """Say whether the person showed within the last ten minutes that it is them."""
    return row.proved_at is not None and at - row.proved_at <= FRESH


def prove(request: HttpRequest, *, step: str, at: datetime) -> None:
    """Write down that the person showed again that it is them; the session gets a new key."""
    row = current(request, at)
    if row is None:
        return
    row.proved_at, row.step = at, step or row.step
    SignIn.objects.filter(pk=row.pk).update(proved_at=at, step=row.step)
    request.session.cycle_key()


def end(request: HttpRequest, *, why: str, at: datetime) -> None:
    """End the sign-in behind this request, and its session."""
    number = request.session.get(SESSION_KEY, "")
    SignIn.objects.filter(number=number, ended_at=None).update(ended_at=at, ended_why=why)
    if hasattr(request, _KNOWN):
        delattr(request, _KNOWN)
    auth.logout(request)


def end_all(*, user_id: int, why: str, at: datetime, but: int | None = None) -> int:
    """End every sign-in of an account, but the one named; return how many ended."""
    rows = SignIn.objects.filter(user_id=user_id, ended_at=None)
    if but is not None:
        rows = rows.exclude(pk=but)
    return rows.update(ended_at=at, ended_why=why)


def open_ones(*, user_id: int, at: datetime) -> QuerySet[SignIn]:
    """Return an account's sign-ins that still open something, the newest first."""
    return SignIn.objects.filter(
        user_id=user_id,
        ended_at=None,
        seen_at__gte=at - IDLE,
        started_at__gte=at - ABSOLUTE,
    ).order_by("-started_at")


def browser_of(agent: str) -> str:
    """Return a short name of a browser, enough for its owner to know it again."""
    name = next((name for sign, name in BROWSERS if sign in agent), "")
    system = next((system for system in SYSTEMS if system in agent), "")
    return ", ".join(filter(partial(str.__ne__, ""), (name, system)))


def _open(
    request: HttpRequest, user: User, *, step: str, proved_at: datetime | None, at: datetime
) -> SignIn:
    row = SignIn.objects.create(
        user=user,
        number=secrets.token_hex(16),
        step=step,
        browser=browser_of(request.headers.get("User-Agent", "")),
        started_at=at,
        seen_at=at,
        proved_at=proved_at,
    )
    request.session[SESSION_KEY] = row.number
    setattr(request, _KNOWN, row)
    return row
