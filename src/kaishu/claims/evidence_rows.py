"""Keep the files that came with a claim, or later to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Count

from kaishu.claims.facts import EvidenceRef
from kaishu.claims.models import Claim, ClaimUnit, Evidence


def keep(claim: Claim, unit: ClaimUnit | None, items: Iterable[EvidenceRef]) -> None:
    """Add one row for each stored file; `unit` None = it belongs to the claim as a whole."""
    Evidence.objects.bulk_create(
        Evidence(
            claim=claim,
            claim_unit=unit,
            kind=item.kind,
            name=item.name,
            sha256=item.sha256,
            media_type=item.media_type,
            size=item.size,
        )
        for item in items
    )


def counts(claim_unit_ids: Sequence[int]) -> Mapping[int, int]:
    """Return how many files each of these claim units has that were not deleted."""
    rows = Evidence.objects.filter(claim_unit__in=claim_unit_ids, erased=None).order_by()
    return dict(rows.values("claim_unit").annotate(n=Count("id")).values_list("claim_unit", "n"))
