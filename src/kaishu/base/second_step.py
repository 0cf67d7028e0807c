"""The second step of a sign-in: who must have one, what they have, and whether it fits.

A password is known to whoever read it over a shoulder. The second step is something that the
person has: an app that shows six digits, a passkey, or a recovery code on paper.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from kaishu.base import limiter
from kaishu.base.access import code_app, log, passkeys, recovery
from kaishu.base.access.errors import CodeWrong, TooManyCodes
from kaishu.base.access.models import CodeApp, Passkey
from kaishu.base.roles import asks_second_step

CODE, PASSKEY, RECOVERY = "code", "passkey", "recovery"
TRIES = "second_step"
MOST_TRIES = 10
PAUSE = 600


@dataclass(frozen=True, slots=True)
class Ways:
    """What an account can give as its second step."""

    code_app: bool
    passkeys: int
    recovery_left: int

    @property
    def any(self) -> bool:
        """Say whether a second step is set up; recovery codes alone are none."""
        return self.code_app or self.passkeys > 0


def required(user: User) -> bool:
    """Say whether one of the account's roles needs a second step, where the mode insists on it."""
    return asks_second_step(user)


def ways(user: User) -> Ways:
    """Return what the account has set up."""
    return Ways(
        code_app=CodeApp.objects.filter(user=user).exists(),
        passkeys=Passkey.objects.filter(user=user).count(),
        recovery_left=recovery.left(user),
    )


def check_typed(*, user: User, typed: str, at: datetime) -> str:
    """Take a code from the app or from paper; return which it was.

    Ten wrong ones, then a pause; a success starts the count anew. Call it outside a transaction.
    """
    _count(user, at)
    code = "".join(typed.split())
    if code.isascii() and code.isdigit() and len(code) == code_app.DIGITS:
        code_app.check(user=user, typed=code, at=at)
        step = CODE
    else:
        recovery.use(user=user, typed=typed, at=at)
        name = user.username
        log.write(what="recovery_code_used", about=name, by=name, at=at, left=recovery.left(user))
        step = RECOVERY
    limiter.forget(name=TRIES, subject=str(user.pk))
    return step


def check_passkey(*, user: User, answer: str, challenge: bytes | None, at: datetime) -> str:
    """Take a passkey's answer; the same count of tries as for codes."""
    _count(user, at)
    if challenge is None:
        raise CodeWrong
    passkeys.check(user=user, answer=answer, challenge=challenge, at=at)
    limiter.forget(name=TRIES, subject=str(user.pk))
    return PASSKEY


def _count(user: User, at: datetime) -> None:
    subject = str(user.pk)
    if not limiter.allow(name=TRIES, subject=subject, limit=MOST_TRIES, seconds=PAUSE, at=at):
        left = limiter.wait(name=TRIES, subject=subject, limit=MOST_TRIES, at=at)
        raise TooManyCodes(minutes=max(1, math.ceil(left / 60)))
