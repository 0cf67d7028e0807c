"""Set up a second step: show a secret or ask for a passkey, and take the answer.

The secret waits sealed in the session until the app has shown that it holds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from webauthn.helpers import bytes_to_base64url

from kaishu.base import limiter, second_step
from kaishu.base.access import code_app, log, passkeys, recovery, sign_ins
from kaishu.base.access.errors import NoChallenge, TooManyCodes
from kaishu.base.access.models import SignIn
from kaishu.base.sealing import CannotOpen, seal, unseal
from kaishu.doors.console.access import arriving

_SECRET = "kaishu-new-secret"  # noqa: S105 (a name in the session)
TRIES = "second_step_set_up"


@dataclass(frozen=True, slots=True)
class Done:
    """What was set up, and the recovery codes when they are new."""

    step: str
    codes: tuple[str, ...]


def form(request: HttpRequest, user: User) -> dict[str, Any]:
    """Return what the page needs to offer both ways."""
    secret = _secret(request, user)
    drawing: SafeString = code_app.drawing(secret=secret, name=user.username)
    context: dict[str, Any] = {
        "drawing": drawing,
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "account": user.username,
    }
    if passkeys.possible():
        drawn = arriving.new_challenge(request)
        context["challenge"] = bytes_to_base64url(drawn)
        context["options"] = passkeys.options_to_add(user=user, challenge=drawn)
    return context


def take(request: HttpRequest, user: User, at: datetime) -> Done:
    """Keep the new second step and end every other sign-in of the account."""
    _count(user, at)
    passkey = request.POST.get("passkey", "")
    challenge = arriving.take_challenge(request, request.POST.get("challenge", ""))
    with transaction.atomic():
        step = (
            _add_passkey(user, passkey, challenge, at) if passkey else _add_app(request, user, at)
        )
        codes = () if recovery.left(user) else _make_codes(user, at)
        here = request.session.get(sign_ins.SESSION_KEY)
        row = SignIn.objects.filter(number=here or "", user=user).first()
        sign_ins.end_all(user_id=user.pk, why="second_step", at=at, but=row.pk if row else None)
    limiter.forget(name=TRIES, subject=str(user.pk))
    request.session.pop(_SECRET, None)
    return Done(step, codes)


def control(request: HttpRequest) -> str:
    """Name the control that a refusal is about."""
    return "id-passkey" if request.POST.get("passkey") else "id-code"


def _add_app(request: HttpRequest, user: User, at: datetime) -> str:
    typed = "".join(request.POST.get("code", "").split())[:10]
    code_app.add(user=user, secret=_secret(request, user), typed=typed, at=at)
    log.write(what="code_app_added", about=user.username, by=user.username, at=at)
    return second_step.CODE


def _add_passkey(user: User, answer: str, challenge: bytes | None, at: datetime) -> str:
    if challenge is None:
        raise NoChallenge
    name = _("Passkey of %(day)s") % {"day": at.date().isoformat()}
    passkeys.add(user=user, answer=answer, challenge=challenge, name=name, at=at)
    log.write(what="passkey_added", about=user.username, by=user.username, at=at)
    return second_step.PASSKEY


def _make_codes(user: User, at: datetime) -> tuple[str, ...]:
    log.write(what="recovery_codes_made", about=user.username, by=user.username, at=at)
    return recovery.make(user=user, at=at)


def _secret(request: HttpRequest, user: User) -> str:
    """Return the secret on offer, the same for every try of this session."""
    purpose = f"account:new-code-app:{user.pk}"
    try:
        return unseal(bytes.fromhex(request.session[_SECRET]), purpose=purpose).decode()
    except (KeyError, ValueError, CannotOpen):
        secret = code_app.new_secret()
        request.session[_SECRET] = seal(secret.encode(), purpose=purpose).hex()
        return secret


def _count(user: User, at: datetime) -> None:
    subject, most = str(user.pk), second_step.MOST_TRIES
    if not limiter.allow(name=TRIES, subject=subject, limit=most, seconds=second_step.PAUSE, at=at):
        left = limiter.wait(name=TRIES, subject=subject, limit=most, at=at)
        raise TooManyCodes(minutes=max(1, -(-left // 60)))
