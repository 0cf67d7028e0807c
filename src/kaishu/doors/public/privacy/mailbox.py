"""Read the one address that a wish to be told needs, and keep a form from flooding it."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from kaishu.base import limiter
from kaishu.doors.public import typed
from kaishu.doors.public.problems import Problem

MOST_AN_HOUR = 5
HOUR = 3600


def read(email: str) -> tuple[str, list[Problem]]:
    """Return an address that we may write to now, or as it was typed with what is wrong."""
    if not email:
        return email, [Problem("id-email", _("Type your e-mail address."))]
    try:
        plain = typed.read_mail(email)
    except typed.Unreadable:
        words = _("This is not a whole e-mail address.")
        return email, [Problem("id-email", words, _("It looks like name@example.com."))]
    if not _allowed(plain):
        words = _("We sent several mails to this address within the last hour.")
        return plain, [Problem("id-email", words, _("Look into that mailbox, or wait an hour."))]
    return plain, []


def _allowed(email: str) -> bool:
    return limiter.allow(
        name="watch",
        subject=email.casefold(),
        limit=MOST_AN_HOUR,
        seconds=HOUR,
        at=timezone.now(),
    )
