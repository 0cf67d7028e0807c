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

    What the trace did not see: `unjudged` units and `unjudged_lots` that no record lets judge, with
    their items in `unseen` (as supply.network.unseen tells them), and whether records were
    `waiting` that the graph did not hold. Empty where a record is older than these figures. `goal`
    is the share of units that somebody wanted located, in a thousand.
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
    unjudged = models.PositiveBigIntegerField(null=True)
    unjudged_lots = models.PositiveBigIntegerField(null=True)
    unseen = models.JSONField(null=True)
    waiting = models.BooleanField(null=True)
    goal = models.PositiveSmallIntegerField(null=True)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        app_label = "supply"

    def __str__(self) -> str:
        return f"{self.pk}: {self.lot}"

    @property
    def reached_goal(self) -> bool | None:
        """Say whether the goal was reached; None without one.

        A unit that nobody could judge counts as not located, and an answer of a graph that lacks
        records proves nothing.
        """
        if self.goal is None:
            return None
        whole = self.units + (self.unjudged or 0)
        return whole > 0 and self.waiting is False and self.located * 1000 >= self.goal * whole

    @property
    def units(self) -> int:
        """Return how many units the lot may have reached."""
        return self.certain + self.possible
