"""Read the second step out of a form, and draw the form: digits, a passkey, or a paper code."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from webauthn.helpers import bytes_to_base64url

from kaishu.base import second_step
from kaishu.base.access import passkeys
from kaishu.doors.console.access import arriving


def check(request: HttpRequest, user: User, at: datetime) -> str:
    """Take what the form gave as a second step; return which it was, or raise a `Refusal`."""
    answer = request.POST.get("passkey", "")
    if answer:
        challenge = arriving.take_challenge(request, request.POST.get("challenge", ""))
        return second_step.check_passkey(user=user, answer=answer, challenge=challenge, at=at)
    return second_step.check_typed(user=user, typed=request.POST.get("code", "")[:40], at=at)


def form(request: HttpRequest, user: User) -> dict[str, Any]:
    """Return what the second-step form needs; a passkey is asked for only where there is one."""
    ways = second_step.ways(user)
    context: dict[str, Any] = {"ways": ways}
    if ways.passkeys and passkeys.possible():
        drawn = arriving.new_challenge(request)
        context["challenge"] = bytes_to_base64url(drawn)
        context["options"] = passkeys.options_to_use(user=user, challenge=drawn)
    return context
