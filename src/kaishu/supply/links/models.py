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


class BroughtKind(models.TextChoices):
    """What a brought file is: a spreadsheet of links, or an EPCIS 1.x document."""

    LINKS = "links"
    XML = "xml"


class Brought(models.Model):
    """One file that somebody brought to the console, whole, until it is loaded or put away.

    `pieces` are the names of its bytes in the store of link files, and none once it is loaded:
    then the link file has them. `report` names the list of bad rows of the newest job. `mapping`
    is canonical JSON, empty until somebody said what the columns mean.
    """

    network = models.ForeignKey("supply.Network", on_delete=models.PROTECT, related_name="brought")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=BroughtKind.choices)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    pieces = models.JSONField(default=list)
    mapping = models.TextField(blank=True)
    try_job = models.PositiveBigIntegerField(null=True)
    load_job = models.PositiveBigIntegerField(null=True)
    report = models.JSONField(default=list)
    file = models.ForeignKey(LinkFile, null=True, on_delete=models.PROTECT, related_name="brought")
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    over_by = models.CharField(max_length=150, blank=True)
    over_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        app_label = "supply"
        indexes = (models.Index(fields=("network", "over_at"), name="brought_waiting"),)

    def __str__(self) -> str:
        return f"{self.id} {self.name}"


class SavedMapping(models.Model):
    """A mapping that a network keeps under a name; the same name again replaces it."""

    network = models.ForeignKey("supply.Network", on_delete=models.PROTECT, related_name="mappings")
    name = models.CharField(max_length=80)
    mapping = models.TextField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ("name",)
        app_label = "supply"
        constraints = (
            models.UniqueConstraint(fields=("network", "name"), name="saved_mapping_once"),
        )

    def __str__(self) -> str:
        return self.name
