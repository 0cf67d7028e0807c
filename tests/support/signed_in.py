"""A browser whose person has signed in whole: password, second step, a moment ago."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.test import Client

from kaishu.base import clock
from kaishu.base.access.models import SignIn
from kaishu.base.access.sign_ins import SESSION_KEY


def sign_in(client: Client, user: User, *, step: str = "code", minutes_ago: int = 0) -> SignIn:
    """Sign somebody in; `step` "" is a password alone, `minutes_ago` makes the proof older."""
    client.force_login(user)
    at = clock.now() - timedelta(minutes=minutes_ago)
    row = SignIn.objects.create(
        user=user,
        number=secrets.token_hex(16),
        step=step,
        started_at=at,
        seen_at=clock.now(),
        proved_at=at,
    )
    session = client.session
    session[SESSION_KEY] = row.number
    session.save()
    return row
