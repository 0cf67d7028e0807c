"""Somebody between a right password and a right second step: known, and signed in to nothing.

The session holds who it is for ten minutes. A password that was changed meanwhile ends it.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

SECONDS = 600
CHALLENGES = 5  # so many tabs may be open at once
CHALLENGE_SECONDS = 300
_ARRIVING, _CHALLENGES = "kaishu-arriving", "kaishu-challenges"


@dataclass(frozen=True, slots=True)
class Arriving:
    """Whose password fitted, and where they were going."""

    user: User
    back: str


def keep(request: HttpRequest, user: User, back: str) -> None:
    """Remember whose password fitted, under a new session key."""
    request.session.cycle_key()
    request.session[_ARRIVING] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),
        "at": int(time.time()),
        "back": back,
    }


def who(request: HttpRequest) -> Arriving | None:
    """Return who is arriving; None when nobody is, or it took too long."""
    kept = request.session.get(_ARRIVING)
    if kept is None or time.time() - kept["at"] > SECONDS:
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True).first()
    if user is None or not constant_time_compare(kept["password"], user.get_session_auth_hash()):
        return None
    return Arriving(user, kept["back"])


def new_challenge(request: HttpRequest) -> bytes:
    """Draw what a passkey must sign, and remember it in the session."""
    drawn, now = secrets.token_bytes(32), int(time.time())
    kept = [*request.session.get(_CHALLENGES, []), [bytes_to_base64url(drawn), now]]
    request.session[_CHALLENGES] = kept[-CHALLENGES:]
    return drawn


def take_challenge(request: HttpRequest, shown: str) -> bytes | None:
    """Return the challenge that a page showed, once, if it is ours and young enough."""
    kept = request.session.get(_CHALLENGES, [])
    now = time.time()
    found = next((at for text, at in kept if constant_time_compare(text, shown)), None)
    request.session[_CHALLENGES] = [pair for pair in kept if pair[0] != shown]
    if found is None or now - found > CHALLENGE_SECONDS:
        return None
    return base64url_to_bytes(shown)


def own_page(request: HttpRequest, back: str) -> str:
    """Return where to go on: a page of ours, else the first page."""
    own = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return back if own and back.startswith("/") else "/staff/"
