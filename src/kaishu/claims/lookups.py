"""Find one claim: by its number, by its secret link, or one of its units."""

from __future__ import annotations

from collections.abc import Collection

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


def person_of(typed: str) -> str:
    """Return whose claim has this number, however it is grouped; "" where there is none."""
    digits = "".join(sign for sign in typed if sign.isdigit())
    found = Claim.objects.filter(case_no=digits).values_list("person_id", flat=True).first()
    return found or ""


def cases_of(person_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the case numbers of these people."""
    found: dict[str, tuple[str, ...]] = {}
    rows = Claim.objects.filter(person_id__in=person_ids).order_by("id")
    for person_id, case_no in rows.values_list("person_id", "case_no"):
        found[person_id] = (*found.get(person_id, ()), case_no)
    return found
