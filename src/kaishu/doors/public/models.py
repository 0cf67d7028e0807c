"""What the owner's door keeps: a claim that is not sent yet, and the keys of receipts."""

from __future__ import annotations

import uuid

from django.db import models


class Draft(models.Model):
    """The answers of one claim on their way, sealed; its secret address is kept as a hash.

    `version` counts the changes, so that a page knows whether its answers are still the newest.
    Once sent, the answers go and `sealed` holds only the link of the claim.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    recall_slug = models.CharField(max_length=80)
    sealed = models.BinaryField()
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_case_no = models.CharField(max_length=12, blank=True)

    class Meta:
        indexes = (models.Index(fields=("expires_at",), name="draft_by_end"),)

    def __str__(self) -> str:
        return f"{self.recall_slug} {self.made_at:%Y-%m-%d}"


class ReceiptKey(models.Model):
    """The public half of a key that signs receipts. Rows are added, never changed or deleted."""

    key_id = models.CharField(max_length=11, unique=True)
    public = models.CharField(max_length=64)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.key_id
