"""Recalls and their editions. An edition row never changes; a recall's life is its event rows."""

from __future__ import annotations

from django.db import models


class RecallState(models.TextChoices):
    """Where a recall stands. The check stays up after a close."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    REOPENED = "reopened"


class Recall(models.Model):
    """One recall in one market. `state` repeats the newest event, so that lists can filter."""

    slug = models.SlugField(max_length=80, unique=True)
    market = models.CharField(max_length=8)
    state = models.CharField(max_length=10, choices=RecallState.choices, default=RecallState.DRAFT)

    def __str__(self) -> str:
        return self.slug


class RecallEvent(models.Model):
    """One change of a recall's state, with its reason. Rows are added, never changed."""

    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="events")
    state = models.CharField(max_length=10, choices=RecallState.choices)
    reason = models.CharField(max_length=200)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.recall_id} {self.state}"


class Edition(models.Model):
    """One published version of a recall. Rows are added, never changed or deleted.

    `digest` names the pack folder; `content` is the digest of what the recall file said, without
    the number, so that publishing the same content twice is recognised. `counts` holds units per
    product, serials per rule and the population, as published.
    """

    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    content = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=150)
    counts = models.JSONField()

    class Meta:
        ordering = ("recall_id", "number")
        constraints = [
            models.UniqueConstraint(fields=("recall", "number"), name="edition_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.recall_id} edition {self.number}"


from kaishu.editions.drafting.models import (  # noqa: E402 (they point back at Edition)
    Act,
    Proposal,
    ProposalState,
    RecallDraft,
    Revision,
)

__all__ = [
    "Act",
    "Edition",
    "Proposal",
    "ProposalState",
    "Recall",
    "RecallDraft",
    "RecallEvent",
    "RecallState",
    "Revision",
]
