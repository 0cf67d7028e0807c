"""What an operator has typed for a caller and not sent yet."""

from __future__ import annotations

from django.db import models


class CallDraft(models.Model):
    """The answers of one call, sealed, kept after every pause in typing. Its operator's own.

    Once sent, the answers go and `case_nos` names the claims that they became.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    by = models.CharField(max_length=150)
    sealed = models.BinaryField(null=True)
    made_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    case_nos = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(sent_at=None, case_nos="", sealed__isnull=False)
                | (models.Q(sent_at__isnull=False, sealed=None) & ~models.Q(case_nos="")),
                name="call_draft_sent_keeps_nothing",
            ),
        )
        indexes = (
            models.Index(fields=("by", "touched_at"), name="call_draft_by_operator"),
            models.Index(fields=("touched_at",), name="call_draft_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.by} {self.made_at:%Y-%m-%d %H:%M}"
