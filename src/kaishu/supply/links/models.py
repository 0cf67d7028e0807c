"""Link files as they came in, and as they were understood. Rows are added, never changed."""

from __future__ import annotations

from django.db import models


class LinkFile(models.Model):
    """One file that somebody brought, read by one mapping.

    The same file by the same mapping is the same row; one that was taken back and brought again is
    another, with one more in `again`. Of its `rows`, `good` were kept and `bad` left out; of the
    good ones `twice` stand in it more than once and `known` were in earlier files, and neither
    counts again. `mapping` is canonical JSON.
    """

    network = models.ForeignKey(
        "supply.Network", on_delete=models.PROTECT, related_name="link_files"
    )
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    mapping = models.TextField()
    mapping_digest = models.CharField(max_length=64)
    again = models.PositiveSmallIntegerField(default=0)
    rows = models.PositiveBigIntegerField()
    good = models.PositiveBigIntegerField()
    bad = models.PositiveBigIntegerField()
    twice = models.PositiveBigIntegerField()
    known = models.PositiveBigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        app_label = "supply"
        constraints = (
            models.UniqueConstraint(
                fields=("network", "sha256", "mapping_digest", "again"), name="link_file_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.id} {self.name}"


class PartOf(models.TextChoices):
    """What a stored piece holds: bytes of the file as it came, or rows as they were understood."""

    ORIGINAL = "original"
    ROWS = "rows"


class LinkPart(models.Model):
    """One stored piece of a link file, in order. `name` is its name in the store."""

    file = models.ForeignKey(LinkFile, on_delete=models.PROTECT, related_name="parts")
    of = models.CharField(max_length=10, choices=PartOf.choices)
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=32, unique=True)
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField(default=0)
    first_at = models.PositiveBigIntegerField(default=0)
    last_at = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ("file_id", "of", "number")
        app_label = "supply"
        constraints = (
            models.UniqueConstraint(fields=("file", "of", "number"), name="link_part_once"),
        )

    def __str__(self) -> str:
        return self.name


class LinkVoid(models.Model):
    """A link file that was taken back: none of its rows counts any more."""

    file = models.OneToOneField(LinkFile, on_delete=models.PROTECT, related_name="void")
    reason = models.CharField(max_length=200)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        app_label = "supply"

    def __str__(self) -> str:
        return f"{self.file_id} taken back"
