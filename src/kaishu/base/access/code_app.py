"""Six digits of an app (TOTP, RFC 6238): each step of 30 seconds counts once, one step of drift."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp
import segno
from django.contrib.auth.models import User
from django.utils.safestring import SafeString, mark_safe

from kaishu.base.access.errors import CodeUsed, CodeWrong
from kaishu.base.access.models import CodeApp
from kaishu.base.sealing import seal, unseal

STEP = 30
DRIFT = 1
DIGITS = 6
ISSUER = "Kaishu"


def new_secret() -> str:
    """Return a fresh secret: 160 bits in base 32, as RFC 4226 advises."""
    return pyotp.random_base32(32)


def address(*, secret: str, name: str) -> str:
    """Return the otpauth:// address that an app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def drawing(*, secret: str, name: str) -> SafeString:
    """Return that address as an inline SVG."""
    code = segno.make(address(secret=secret, name=name), error="m", micro=False)
    svg = code.svg_inline(omitsize=True, border=4, svgclass="qr", lineclass=None)
    return mark_safe(svg)  # noqa: S308 (drawn here, from our own address)


def add(*, user: User, secret: str, typed: str, at: datetime) -> None:
    """Keep the secret once the app has shown that it has it; an older app is replaced."""
    step = fitting_step(secret=secret, typed=typed, at=at)
    if step is None:
        raise CodeWrong
    CodeApp.objects.update_or_create(
        user=user,
        defaults={
            "sealed": seal(secret.encode(), purpose=_purpose(user.pk)),
            "used_step": step,
            "added_at": at,
        },
    )


def check(*, user: User, typed: str, at: datetime) -> None:
    """Take a code, once; raise `CodeWrong` or `CodeUsed`."""
    row = CodeApp.objects.filter(user=user).first()
    if row is None:
        raise CodeWrong
    secret = unseal(bytes(row.sealed), purpose=_purpose(user.pk)).decode()
    step = fitting_step(secret=secret, typed=typed, at=at)
    if step is None:
        raise CodeWrong
    # used_step < step: two requests with one code are one success
    if not CodeApp.objects.filter(pk=row.pk, used_step__lt=step).update(used_step=step):
        raise CodeUsed


def fitting_step(*, secret: str, typed: str, at: datetime) -> int | None:
    """Return the time step whose code was typed; every candidate is compared, in equal time."""
    present = int(at.timestamp()) // STEP
    maker = pyotp.TOTP(secret)
    found = None
    for step in range(present - DRIFT, present + DRIFT + 1):
        if hmac.compare_digest(maker.generate_otp(step).encode(), typed.encode()):
            found = step
    return found


def _purpose(user_id: int) -> str:
    return f"account:code-app:{user_id}"
