"""The one table of `base`: how often somebody tried something."""

from __future__ import annotations

from django.db import models


class Tries(models.Model):
    """How often one subject tried one thing in the time that ends at `until`.

    `subject` is a keyed hash: the table names no account, person or address.
    """

    name = models.CharField(max_length=40)
    subject = models.CharField(max_length=32)
    count = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "subject"], name="base_tries_one_each")
        ]
