"""A drawn decision, a second reviewer's answer to the same claim, and who was right."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

# What a second reviewer may answer. "passed" counts for nothing: they know the case, say.
ANSWERS = ("approved", "refused", "asked", "passed")
# What a manager found where the two differ.
OUTCOMES = ("first", "second", "both")


class SecondOpinion(models.Model):
    """drawn -> answered -> settled, the last only where the two differ. No step is taken back.

    `first` and `first_by` say what the drawn decision was and whose, so that the database can
    refuse that anybody judges themselves. `newest_file` is the last evidence that was there: what
    came later would tell what was decided. Drawn before this was kept: None.
    """

    decision = models.OneToOneField(
        "claims.Decision", on_delete=models.PROTECT, related_name="opinion"
    )
    claim_unit = models.ForeignKey(
        "claims.ClaimUnit", on_delete=models.PROTECT, related_name="opinions"
    )
    recall_id = models.IntegerField()
    first = models.CharField(max_length=10)
    first_by = models.CharField(max_length=150)
    drawn_at = models.DateTimeField()
    newest_file = models.BigIntegerField(null=True)
    answer = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    by = models.CharField(max_length=150, blank=True)
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    settled_by = models.CharField(max_length=150, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="", by="")
                | (Q(answered_at__isnull=False, answer__in=ANSWERS) & ~Q(by="")),
                name="opinion_answered_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(by=F("first_by")), name="opinion_needs_two_people"),
            models.CheckConstraint(
                condition=Q(settled_at=None, outcome="", settled_by="")
                | (
                    Q(settled_at__isnull=False, answered_at__isnull=False, outcome__in=OUTCOMES)
                    & ~Q(settled_by="")
                    & ~Q(settled_by=F("by"))
                    & ~Q(settled_by=F("first_by"))
                ),
                name="opinion_settled_by_a_third",
            ),
        )
        indexes = (
            models.Index(
                fields=("drawn_at",), condition=Q(answered_at=None), name="opinion_waiting"
            ),
            models.Index(
                fields=("answered_at",),
                condition=Q(answered_at__isnull=False, settled_at=None)
                & ~Q(answer=F("first"))
                & ~Q(answer="passed"),
                name="opinion_differing",
            ),
            models.Index(fields=("recall_id", "answered_at"), name="opinion_by_recall"),
        )

    def __str__(self) -> str:
        return f"{self.decision_id} {self.answer or 'drawn'}"
