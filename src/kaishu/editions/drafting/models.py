"""Recall drafts, their revisions, and proposals: what one person asks and another carries out."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class RecallDraft(models.Model):
    """One recall folder on the desk. `version` is the number of its newest revision.

    `slug` and `market` repeat what the newest revision says, so that lists need not read it.
    `based_on` is the edition that the draft was copied from; empty for a new recall.
    """

    slug = models.CharField(max_length=80, blank=True)
    market = models.CharField(max_length=8, blank=True)
    based_on = models.ForeignKey(
        "editions.Edition", null=True, on_delete=models.PROTECT, related_name="drafts"
    )
    version = models.PositiveIntegerField(default=0)
    open = models.BooleanField(default=True)
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        app_label = "editions"

    def __str__(self) -> str:
        return f"draft {self.id} of {self.slug or '?'}"


class Revision(models.Model):
    """A draft as it was saved once: the text of its recall.toml and the files beside it.

    `files` maps a name within the folder (`serials/A1.csv`) to `{"name": in the store, "sha256",
    "size", "rows"}`. `section` names what was changed. Rows are added, never changed: nothing that
    anybody typed is ever lost.
    """

    draft = models.ForeignKey(RecallDraft, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    files = models.JSONField(default=dict)
    section = models.CharField(max_length=20)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ("draft_id", "number")
        app_label = "editions"
        constraints = [
            models.UniqueConstraint(fields=("draft", "number"), name="revision_number_once"),
        ]

    def __str__(self) -> str:
        return f"revision {self.number} of draft {self.draft_id}"


class Act(models.TextChoices):
    """What a proposal asks for."""

    PUBLISH = "publish"
    CLOSE = "close"
    REOPEN = "reopen"


class ProposalState(models.TextChoices):
    """How far a proposal has come."""

    WAITING = "waiting"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class Proposal(models.Model):
    """What one manager asks and another carries out: publish a revision, close, or reopen.

    `content` pins what was reviewed: the digest of all that the revision's folder says. The
    database itself refuses that whoever asked also carries it out, and a second waiting proposal
    for the same recall.
    """

    act = models.CharField(max_length=10, choices=Act.choices)
    slug = models.CharField(max_length=80)
    revision = models.ForeignKey(
        Revision, null=True, on_delete=models.PROTECT, related_name="proposals"
    )
    content = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True)
    proposed_by = models.CharField(max_length=150)
    proposed_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=ProposalState.choices, default=ProposalState.WAITING
    )
    settled_by = models.CharField(max_length=150, blank=True)
    settled_at = models.DateTimeField(null=True)
    edition = models.ForeignKey(
        "editions.Edition", null=True, on_delete=models.PROTECT, related_name="proposals"
    )

    class Meta:
        ordering = ("-id",)
        app_label = "editions"
        constraints = [
            models.CheckConstraint(
                name="proposal_two_people",
                condition=~Q(state="done") | (~Q(settled_by="") & ~Q(settled_by=F("proposed_by"))),
            ),
            models.CheckConstraint(
                name="proposal_publishes_a_revision",
                condition=~Q(act="publish") | (Q(revision__isnull=False) & ~Q(content="")),
            ),
            models.UniqueConstraint(
                fields=("slug",), condition=Q(state="waiting"), name="proposal_one_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.slug}"
