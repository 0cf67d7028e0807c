"""The one table of the search."""

from __future__ import annotations

from django.db import models


class SearchKey(models.Model):
    """One keyed hash under which a claim is found. Deleted with the person's details."""

    token = models.BigIntegerField()
    claim = models.ForeignKey(
        "claims.Claim", on_delete=models.CASCADE, related_name="search_keys", db_index=False
    )

    class Meta:
        constraints = (models.UniqueConstraint(fields=("token", "claim"), name="search_key_once"),)
        indexes = (models.Index(fields=("claim",), name="search_key_by_claim"),)

    def __str__(self) -> str:
        return f"{self.claim_id}"
