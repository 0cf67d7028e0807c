"""Which graph file answers for a network. Rows are added, never changed; the newest one answers."""

from __future__ import annotations

from django.db import models


class GraphFile(models.Model):
    """One graph as it was made. The file itself lies in the data folder under its `digest`.

    It covers the `events` numbered up to `events_to` and every link file up to `links_to`, without
    the `voided` ones; a graph that was only added to names the one `before` it. The file may be
    thrown away: the events and the link files make it again.
    """

    network = models.ForeignKey("supply.Network", on_delete=models.PROTECT, related_name="graphs")
    digest = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    nodes = models.PositiveBigIntegerField()
    acts = models.PositiveBigIntegerField()
    edges = models.PositiveBigIntegerField()
    cycles = models.PositiveIntegerField()
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    events_to = models.PositiveBigIntegerField(default=0)
    events = models.PositiveBigIntegerField(default=0)
    links_to = models.PositiveBigIntegerField(default=0)
    voided = models.PositiveBigIntegerField(default=0)
    before = models.CharField(max_length=64, blank=True)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)
        app_label = "supply"

    def __str__(self) -> str:
        return self.digest[:12]
