"""Keep the files that came with a claim, or later to it."""

from __future__ import annotations

from collections.abc import Iterable

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
