"""What was typed for a report, what was filed, and the corrective actions. All of it append-only.

Recalls and incidents are named by slug and number; no foreign keys to other apps. A typed answer
is never changed: a later one stands in its place, and the earlier one can still be read.
"""

from __future__ import annotations

from django.db import models

DIGEST = 64
FILES = ("json", "pdf", "xlsx", "csv")
NOTES = ("reference", "resent", "verified", "differs")
STEPS = ("due_moved", "done", "effective", "not_effective")


class Answer(models.Model):
    """One thing that a person typed into one field of one report."""

    recall_slug = models.CharField(max_length=80)
    form = models.CharField(max_length=40)
    subject = models.CharField(max_length=20, blank=True)
    field = models.CharField(max_length=40)
    text = models.TextField(blank=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("recall_slug", "form", "id"), name="answer_by_form"),)
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.form} {self.field}"


class Filed(models.Model):
    """One report as it was filed: its clocks, its canonical JSON, and who sent it where.

    `key` names the act, so that the same button pressed twice files once.
    """

    key = models.CharField(max_length=120, unique=True)
    recall_slug = models.CharField(max_length=80)
    form = models.CharField(max_length=40)
    version = models.IntegerField()
    subject = models.CharField(max_length=20, blank=True)
    as_of = models.DateTimeField()
    known_at = models.DateTimeField()
    since = models.DateTimeField(null=True)
    content = models.TextField()
    sha256 = models.CharField(max_length=DIGEST)
    addressee = models.CharField(max_length=20)
    reference = models.CharField(max_length=80, blank=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=("recall_slug", "form", "subject"), name="filed_by_subject"),
        )
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.form} {self.subject}".strip()


class FiledFile(models.Model):
    """The bytes of one file of a filed report, as they were sent."""

    filed = models.ForeignKey(Filed, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=4)
    data = models.BinaryField()
    sha256 = models.CharField(max_length=DIGEST)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("filed", "kind"), name="filed_file_once"),
            models.CheckConstraint(condition=models.Q(kind__in=FILES), name="filed_file_known"),
        )
        ordering = ("id",)

    def __str__(self) -> str:
        return self.kind


class FiledNote(models.Model):
    """What became of a filed report: the authority's number, a resend, a verification."""

    filed = models.ForeignKey(Filed, on_delete=models.PROTECT, related_name="notes")
    what = models.CharField(max_length=12)
    text = models.CharField(max_length=80, blank=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(what__in=NOTES), name="filed_note_known"),
        )
        ordering = ("id",)

    def __str__(self) -> str:
        return self.what


class CorrectiveAction(models.Model):
    """One thing that is done so that the cause does not come back. `due_on` is the first date."""

    key = models.CharField(max_length=120, unique=True)
    recall_slug = models.CharField(max_length=80)
    cause = models.CharField(max_length=400)
    action = models.CharField(max_length=400)
    owner = models.CharField(max_length=80)
    due_on = models.DateField()
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("recall_slug", "id"), name="corrective_by_recall"),)
        ordering = ("id",)

    def __str__(self) -> str:
        return self.action[:40]


class CorrectiveStep(models.Model):
    """What became of a corrective action: its date moved, it was done, its effect was checked."""

    action = models.ForeignKey(CorrectiveAction, on_delete=models.PROTECT, related_name="steps")
    what = models.CharField(max_length=16)
    day = models.DateField(null=True)
    note = models.CharField(max_length=400, blank=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(what__in=STEPS), name="corrective_step"),
        )
        ordering = ("id",)

    def __str__(self) -> str:
        return self.what
