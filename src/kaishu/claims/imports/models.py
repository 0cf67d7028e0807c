"""One file of claims that somebody brings, from its upload to its tie-out."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class ClaimImport(models.Model):
    """A spreadsheet of claims. `file` is its sealed copy; `header` are its column names.

    `mapping` says which column fills which field, `settings` what holds for every row. `money`
    is True where rows were approved or paid: then `started_by` is another person than `by`.
    `before` is the trial balance as it stood when the import began.
    """

    recall_id = models.IntegerField()
    slug = models.CharField(max_length=80)
    file = models.CharField(max_length=32)
    sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=120)
    header = models.JSONField(default=list)
    header_digest = models.CharField(max_length=64)
    encoding = models.CharField(max_length=16, blank=True)
    rows = models.IntegerField()
    mapping = models.JSONField(default=dict)
    settings = models.JSONField(default=dict)
    mapped = models.CharField(max_length=64, blank=True)
    check_job_id = models.BigIntegerField(null=True)
    job_id = models.BigIntegerField(null=True)
    money = models.BooleanField(default=False)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    started_by = models.CharField(max_length=150, blank=True)
    started_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "claims"
        constraints = (
            models.UniqueConstraint(fields=("recall_id", "sha256"), name="claim_import_file_once"),
            models.CheckConstraint(
                condition=Q(money=False) | ~Q(started_by=F("by")), name="claim_import_two_persons"
            ),
        )
        indexes = (models.Index(fields=("header_digest",), name="claim_import_by_header"),)

    def __str__(self) -> str:
        return f"{self.slug} {self.file_name}"
