"""Who may be given a claim, or a call."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import User

from kaishu.base.roles import Role
from kaishu.doors.console import frame


def colleagues(roles: Sequence[Role] = frame.DECIDE) -> list[str]:
    """Return who has one of these roles, by sign-in name; without any, who may decide claims."""
    names = [role.value for role in roles]
    rows = User.objects.filter(is_active=True, groups__name__in=names)
    return sorted(set(rows.values_list("username", flat=True)))
