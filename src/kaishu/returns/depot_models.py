"""The depot's own rows: who works where, container steps, hand-overs, counts.

Kept apart from `models` (which imports them all) so that each file stays short.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

STEPS = ("opened", "sealed", "unsealed", "given", "given_back", "taken")
SIGNED = ("account", "code", "paper")


class Workplace(models.Model):
    """An account that works at one site, or for one recycler. Ended, never deleted."""

    account = models.CharField(max_length=150)
    party = models.CharField(max_length=40)
    tied_by = models.CharField(max_length=150)
    tied_at = models.DateTimeField()
    untied_by = models.CharField(max_length=150, blank=True)
    untied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("account", "party"),
                condition=Q(untied_at__isnull=True),
                name="workplace_once",
            ),
        )
        indexes = (models.Index(fields=("party", "untied_at"), name="workplace_by_party"),)

    def __str__(self) -> str:
        return f"{self.account} @ {self.party}"


class ScanUndone(models.Model):
    """A scan that was taken back before anything followed. Append-only."""

    scan = models.OneToOneField("returns.Scan", on_delete=models.PROTECT, related_name="undone")
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"undone {self.scan_id}"


class ContainerStep(models.Model):
    """One thing that happened to a container as a whole. Append-only."""

    container = models.ForeignKey(
        "returns.Container", on_delete=models.PROTECT, related_name="steps"
    )
    step = models.CharField(max_length=12)
    seal_no = models.CharField(max_length=40, blank=True)
    quantity = models.IntegerField()
    reason = models.CharField(max_length=40, blank=True)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(step__in=STEPS), name="container_step_known"),
        )

    def __str__(self) -> str:
        return f"{self.step} {self.at:%Y-%m-%d}"


class HandOver(models.Model):
    """A sealed container offered to its recycler: the depot signs, then whoever takes it.

    `code_hash` opens the second signature for a driver without an account; `sealed_name` is the
    driver's name, sealed. One is open at a time.
    """

    container = models.ForeignKey(
        "returns.Container", on_delete=models.PROTECT, related_name="hand_overs"
    )
    seal_no = models.CharField(max_length=40, blank=True)
    stated = models.IntegerField()
    given_by = models.CharField(max_length=150)
    given_at = models.DateTimeField()
    code_hash = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True)
    counted = models.IntegerField(null=True)
    taken_how = models.CharField(max_length=10, blank=True)
    taken_by = models.CharField(max_length=150, blank=True)
    sealed_name = models.BinaryField(null=True)
    taken_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("container",),
                condition=Q(withdrawn_at__isnull=True),
                name="hand_over_once",
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True) | Q(taken_how__in=SIGNED, counted__gte=0),
                name="hand_over_taken_whole",
            ),
        )

    def __str__(self) -> str:
        return f"hand-over {self.container_id}"


class CertificateLine(models.Model):
    """How many of one container line a certificate covers. Append-only."""

    certificate = models.ForeignKey(
        "returns.Certificate", on_delete=models.PROTECT, related_name="lines"
    )
    line = models.ForeignKey(
        "returns.ContainerUnit", on_delete=models.PROTECT, related_name="certified"
    )
    quantity = models.IntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("certificate", "line"), name="certified_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="certified_positive"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.line_id}"


class CertificateFile(models.Model):
    """The paper of a certificate, as stored evidence. Append-only."""

    certificate = models.ForeignKey(
        "returns.Certificate", on_delete=models.PROTECT, related_name="files"
    )
    name = models.CharField(max_length=64, unique=True)
    sha256 = models.CharField(max_length=64)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("certificate", "sha256"), name="certificate_file_once"),
        )

    def __str__(self) -> str:
        return self.sha256[:12]


class Stocktake(models.Model):
    """One blind count of a recall's units at one site (open → counted → posted, or dropped)."""

    recall_id = models.IntegerField()
    site = models.CharField(max_length=40)
    opened_by = models.CharField(max_length=150)
    opened_at = models.DateTimeField()
    counted_by = models.CharField(max_length=150, blank=True)
    counted_at = models.DateTimeField(null=True)
    posted_by = models.CharField(max_length=150, blank=True)
    posted_at = models.DateTimeField(null=True)
    dropped_by = models.CharField(max_length=150, blank=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("recall_id", "site"),
                condition=Q(posted_at__isnull=True, dropped_at__isnull=True),
                name="stocktake_one_open",
            ),
            models.CheckConstraint(
                condition=Q(posted_at__isnull=True)
                | (Q(counted_at__isnull=False) & ~Q(posted_by=models.F("counted_by"))),
                name="stocktake_two_people",
            ),
        )

    def __str__(self) -> str:
        return f"{self.site} {self.opened_at:%Y-%m-%d}"


class StocktakeSeen(models.Model):
    """One named unit that the count found."""

    stocktake = models.ForeignKey(Stocktake, on_delete=models.PROTECT, related_name="seen")
    unit_id = models.BigIntegerField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("stocktake", "unit_id"), name="seen_once"),)

    def __str__(self) -> str:
        return f"unit {self.unit_id}"


class StocktakeLine(models.Model):
    """A count of unnamed units of one product and pool; with what the books held at its close."""

    stocktake = models.ForeignKey(Stocktake, on_delete=models.PROTECT, related_name="lines")
    product = models.CharField(max_length=40)
    pool = models.CharField(max_length=12)
    counted = models.IntegerField(default=0)
    unnamed = models.IntegerField(null=True)
    named = models.IntegerField(null=True)
    missing = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("stocktake", "product", "pool"), name="stocktake_line_once"
            ),
            models.CheckConstraint(condition=Q(counted__gte=0), name="stocktake_line_count"),
        )

    def __str__(self) -> str:
        return f"{self.product} {self.counted}"
