"""A proof that came with the claim counts for each of its units, also in an act on many."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kaishu.claims import actions as claims
from kaishu.claims import terms
from kaishu.claims.bulk import actions
from kaishu.claims.facts import EvidenceRef
from kaishu.claims.models import ClaimUnit
from kaishu.core.recall import EvidenceRule
from tests.claims.world import WORD, World


def test_a_proof_of_the_claim_stands_for_each_of_its_units(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = EvidenceRule(order_where=WORD, proof="required")
    proof = EvidenceRef(kind="proof", name="p", sha256="0" * 64, media_type="image/png", size=1)
    read = terms.recall_of
    monkeypatch.setattr(terms, "recall_of", lambda number: replace(read(number), evidence=asked))
    world.claim("SN0001")
    claims.submit_claim(
        facts=replace(world.facts("SN0002"), evidence=(proof,)),
        key="proved",
        door="web",
        by="",
        at=world.now(),
    )
    seen = actions.preview(
        unit_ids=list(ClaimUnit.objects.values_list("id", flat=True)),
        act="approve",
        reason="checked",
        by="mika",
    )
    assert (len(seen.done), seen.left_out) == (1, {"bulk_evidence": 1})
