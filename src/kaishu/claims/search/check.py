"""Audit the search: every claim is found by what it holds, and by nothing it does not hold."""

from __future__ import annotations

from collections.abc import Iterator

from kaishu.books.audit import Finding
from kaishu.claims.models import Claim
from kaishu.claims.search.keep import BATCH, expected
from kaishu.claims.search.models import SearchKey


def audit() -> Iterator[Finding]:
    """Derive every claim's tokens again and name the claims whose kept ones differ."""
    last = 0
    while True:
        rows = Claim.objects.filter(id__gt=last).order_by("id").values_list("id", "case_no")
        cases = dict(rows[:BATCH])
        if not cases:
            return
        wanted = expected(cases)
        kept: dict[int, set[int]] = {claim_id: set() for claim_id in cases}
        pairs = SearchKey.objects.filter(claim__in=cases).values_list("claim_id", "token")
        for claim_id, token in pairs:
            kept[claim_id].add(token)
        for claim_id, case_no in cases.items():
            yield from _differs(case_no, wanted[claim_id], kept[claim_id])
        last = max(cases)


def _differs(case_no: str, wanted: frozenset[int], kept: set[int]) -> Iterator[Finding]:
    where = f"case {case_no}"
    if missing := len(wanted - kept):
        yield Finding("search_missing", where, f"{missing} keys are missing: run `kaishu search`")
    if over := len(kept - wanted):
        yield Finding("search_left_over", where, f"{over} keys find what is not there any more")
