"""What is kept of a member of staff's way in. Secrets are sealed or hashed; the log only grows."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SignIn(models.Model):
    """One time that somebody signed in, until it ends; `number` stands in the browser's session.

    `step` is the second step that was given ("" = password alone), `proved_at` the last proof that
    the person themself sits there. An ended row opens nothing, whatever the session still holds.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins"
    )
    number = models.CharField(max_length=32, unique=True)
    step = models.CharField(max_length=12, blank=True)
    browser = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    proved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=20, blank=True)

    class Meta:
        db_table = "base_sign_in"
        indexes = (models.Index(fields=("user", "ended_at"), name="sign_in_open_by_user"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.started_at}"


class CodeApp(models.Model):
    """The app that shows six digits (TOTP, RFC 6238): its sealed secret and the last step used."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="code_app"
    )
    sealed = models.BinaryField()
    used_step = models.BigIntegerField(default=0)
    added_at = models.DateTimeField()

    class Meta:
        db_table = "base_code_app"

    def __str__(self) -> str:
        return str(self.user_id)


class Passkey(models.Model):
    """One passkey (W3C Web Authentication): its public half. `name` is the person's own word."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="passkeys"
    )
    digest = models.CharField(max_length=64, unique=True)
    credential = models.BinaryField()
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    name = models.CharField(max_length=60)
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "base_passkey"

    def __str__(self) -> str:
        return f"{self.user_id} {self.digest[:8]}"


class RecoveryCode(models.Model):
    """One code on paper that stands in for a lost second step, once."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "base_recovery_code"
        constraints = (
            models.UniqueConstraint(fields=("user", "code_hash"), name="recovery_code_once"),
        )

    def __str__(self) -> str:
        return str(self.user_id)


class Invitation(models.Model):
    """A link by which somebody sets their own password, once, until a day."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "base_invitation"

    def __str__(self) -> str:
        return f"{self.user_id} {self.until}"


class AccountEvent(models.Model):
    """One thing that happened to an account: who did what to whom. Append-only."""

    at = models.DateTimeField(db_index=True)
    by = models.CharField(max_length=150)
    about = models.CharField(max_length=150)
    what = models.CharField(max_length=30)
    facts = models.JSONField(default=dict)

    class Meta:
        db_table = "base_account_event"
        indexes = (models.Index(fields=("about", "at"), name="account_event_by_name"),)

    def __str__(self) -> str:
        return f"{self.what} {self.about}"
