"""Find one claim: by its number, by its secret link, or one of its units."""

from __future__ import annotations

from kaishu.claims import case_numbers, tokens
from kaishu.claims.errors import ClaimNotFound
from kaishu.claims.models import Claim, ClaimUnit


def claim(case_no: str) -> Claim:
    """Return the claim with this number, grouped or not. Raises ClaimNotFound."""
    found = Claim.objects.filter(case_no=case_numbers.check(case_no) or "").first()
    if found is None:
        raise ClaimNotFound()
    return found


def claim_by_token(token: str) -> Claim:
    """Return the claim that this secret link opens. Raises ClaimNotFound."""
    found = Claim.objects.filter(token_hash=tokens.token_hash(token)).first()
    if found is None:
        raise ClaimNotFound()
    return found


def claim_unit(*, case_no: str, unit_no: int) -> ClaimUnit:
    """Return one unit of a case. Raises ClaimNotFound."""
    units = ClaimUnit.objects.select_related("claim", "newest_decision")
    found = units.filter(claim__case_no=case_numbers.check(case_no) or "", unit_no=unit_no).first()
    if found is None:
        raise ClaimNotFound()
    return found
