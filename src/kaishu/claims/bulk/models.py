"""Acts on many claim units at once. What came of each row, the job knows."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class BulkAct(models.Model):
    """One act on the rows that its maker saw. `rows` are [claim unit id, newest decision seen].

    `totals` is what it promises in all, by commodity; an act that promises anything needs a second
    person. It is decided once: started (`job_id`) or withdrawn.
    """

    key = models.CharField(max_length=80)
    act = models.CharField(max_length=10)
    reason = models.CharField(max_length=40)
    maker = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    count = models.IntegerField()
    totals = models.JSONField(default=dict)
    rows = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    needs_second = models.BooleanField()
    approver = models.CharField(max_length=150, null=True)  # noqa: DJ001 (null = nobody yet)
    approved_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    job_id = models.BigIntegerField(null=True)
    undo_job_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("maker", "key"), name="bulk_key_once"),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("maker")),
                name="bulk_needs_two_people",
            ),
            models.CheckConstraint(
                condition=Q(job_id__isnull=True)
                | Q(needs_second=False)
                | Q(approver__isnull=False),
                name="bulk_money_runs_approved",
            ),
            models.CheckConstraint(
                condition=Q(job_id__isnull=True) | Q(withdrawn_at__isnull=True),
                name="bulk_started_or_withdrawn",
            ),
            models.CheckConstraint(condition=Q(count__gte=1), name="bulk_has_rows"),
        )

    def __str__(self) -> str:
        return f"{self.act} {self.count}"
