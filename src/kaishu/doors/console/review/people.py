"""Who may be given a claim."""

from __future__ import annotations

from django.contrib.auth.models import User

from kaishu.doors.console import frame


def colleagues() -> list[str]:
    """Return who may decide claims, by sign-in name."""
    names = [role.value for role in frame.DECIDE]
    rows = User.objects.filter(is_active=True, groups__name__in=names)
    return sorted(set(rows.values_list("username", flat=True)))
