"""Write down what happened to an account; the log has no update and no delete."""

from __future__ import annotations

from datetime import datetime

from kaishu.base.access.models import AccountEvent

# Closed words; each has a label in doors/console/labels.py.
SIGNED_IN = "signed_in"
WHATS = (
    SIGNED_IN,
    "invited",
    "password_set",
    "roles_changed",
    "disabled",
    "enabled",
    "code_app_added",
    "code_app_removed",
    "passkey_added",
    "passkey_removed",
    "recovery_codes_made",
    "recovery_code_used",
    "second_step_reset",
    "sign_ins_ended",
)


def write(*, what: str, about: str, by: str, at: datetime, **facts: object) -> None:
    """Add one line; it joins the caller's transaction."""
    if what not in WHATS:
        raise ValueError(what)
    AccountEvent.objects.create(what=what, about=about, by=by, at=at, facts=facts)
