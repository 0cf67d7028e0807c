"""The questions that showed who is calling, and changes of details that wait a day."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

APPLIED = "applied"
STOPPED = "stopped"
OUTCOMES = (APPLIED, STOPPED)


class CallerCheck(models.Model):
    """One try to show by two facts that the caller is the owner. Append-only; no fact is kept.

    `facts` are the codes of what was asked, never what was answered.
    """

    claim = models.ForeignKey(
        "claims.Claim", on_delete=models.PROTECT, related_name="caller_checks"
    )
    facts = models.CharField(max_length=60)
    passed = models.BooleanField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("claim", "at"), name="caller_check_by_claim"),)

    def __str__(self) -> str:
        return f"{self.claim_id} {self.facts}"


class ContactChange(models.Model):
    """New details that somebody asked for by telephone, sealed until their day of waiting is over.

    Until `due_at` the old details hold, and whoever reads the old mail can have it stopped.
    waiting → applied or stopped, once; then nothing sealed is left. `needs_second`: there was no
    old mail to send a code to, so that another person must agree.
    """

    claim = models.ForeignKey(
        "claims.Claim", on_delete=models.PROTECT, related_name="contact_changes"
    )
    sealed = models.BinaryField(null=True)
    fields = models.CharField(max_length=80)
    by = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=150, blank=True)
    outcome = models.CharField(max_length=10, blank=True)
    needs_second = models.BooleanField(default=False)
    agreed_by = models.CharField(max_length=150, blank=True, default="")
    agreed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(done_at=None, outcome="")
                | Q(done_at__isnull=False, outcome__in=OUTCOMES, sealed=None),
                name="contact_change_done_keeps_nothing",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=APPLIED) | Q(needs_second=False) | ~Q(agreed_by=""),
                name="contact_change_second_agreed",
            ),
            models.CheckConstraint(
                condition=Q(agreed_by="") | ~Q(agreed_by=F("by")),
                name="contact_change_agreed_by_another",
            ),
            models.UniqueConstraint(
                fields=("claim",), condition=Q(done_at=None), name="contact_change_one_waits"
            ),
        )
        indexes = (
            models.Index(fields=("due_at",), condition=Q(done_at=None), name="contact_change_due"),
        )

    def __str__(self) -> str:
        return f"{self.claim_id} {self.fields}"
