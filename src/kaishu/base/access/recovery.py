"""Ten codes on paper, each of which stands in once for a lost second step."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from kaishu.base.access.errors import CodeWrong
from kaishu.base.access.models import RecoveryCode
from kaishu.base.sealing import keyed_digest

MANY = 10
LENGTH = 12
SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that looks like another; 59 bits a code


@transaction.atomic
def make(*, user: User, at: datetime) -> tuple[str, ...]:
    """Return ten new codes, shown this once; the older ones open nothing any more."""
    codes = tuple("".join(secrets.choice(SIGNS) for _ in range(LENGTH)) for _ in range(MANY))
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, code_hash=_hash(user.pk, code), made_at=at) for code in codes
    )
    return tuple(f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes)


def use(*, user: User, typed: str, at: datetime) -> None:
    """Take a code, once; raise `CodeWrong`."""
    code = "".join(sign for sign in typed.lower() if sign in SIGNS)
    rows = RecoveryCode.objects.filter(user=user, code_hash=_hash(user.pk, code), used_at=None)
    if len(code) != LENGTH or not rows.update(used_at=at):
        raise CodeWrong


def left(user: User) -> int:
    """Return how many codes are unused."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def _hash(user_id: int, code: str) -> str:
    return keyed_digest(code.encode(), purpose=f"account:recovery:{user_id}").hex()
