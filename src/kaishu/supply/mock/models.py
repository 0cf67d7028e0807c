"""The record of each mock recall. Rows are added, never changed: an auditor sees all of them."""

from __future__ import annotations

from django.db import models


class MockRecall(models.Model):
    """One trace that was run to see whether it would work on the day.

    `seed` is what the lot was drawn by, empty where somebody chose it. `milliseconds` lie between
    the question and the last place found, on a clock that never jumps. `located` units are with a
    known holder, or on record as ended (`ended` of them); the other `lost` ones are listed up to a
    limit. `pieces` are those of lots that were sent out without serials. `graph` is the digest of
    what was asked, so that the same question can be asked of the same records.
    """

    network = models.ForeignKey("supply.Network", on_delete=models.PROTECT, related_name="mocks")
    lot = models.CharField(max_length=200)
    item = models.CharField(max_length=160)
    seed = models.BigIntegerField(null=True)
    milliseconds = models.PositiveIntegerField()
    graph = models.CharField(max_length=64)
    acts = models.PositiveBigIntegerField()
    last_at = models.DateTimeField(null=True)
    certain = models.PositiveBigIntegerField()
    possible = models.PositiveBigIntegerField()
    located = models.PositiveBigIntegerField()
    ended = models.PositiveBigIntegerField()
    lost = models.PositiveBigIntegerField()
    pieces = models.PositiveBigIntegerField()
    pieces_located = models.PositiveBigIntegerField()
    lost_units = models.JSONField()
    duplicates = models.PositiveBigIntegerField()
    duplicate_units = models.JSONField()
    holders = models.JSONField()
    holder_count = models.PositiveIntegerField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        app_label = "supply"

    def __str__(self) -> str:
        return f"{self.pk}: {self.lot}"

    @property
    def units(self) -> int:
        """Return how many units the lot may have reached."""
        return self.certain + self.possible
