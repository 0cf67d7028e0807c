"""The pool of shop credit codes: filled by staff, shown to whom they were issued."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kaishu.payouts.errors import CodeNotFound
from kaishu.payouts.models import SENT, SETTLED, Instruction, ShopCode


@dataclass(frozen=True, slots=True)
class ShownCode:
    """One code as its owner sees it; the amount in minor units."""

    code: str
    commodity: str
    amount: int


def load_codes(*, commodity: str, codes: Iterable[str], at: datetime) -> int:
    """Add codes to the pool; codes that are there already stay as they are. Returns the new."""
    known = set(ShopCode.objects.values_list("code", flat=True))
    new = [code for code in dict.fromkeys(codes) if code not in known]
    ShopCode.objects.bulk_create(
        [ShopCode(commodity=commodity, code=code, loaded_at=at) for code in new],
        ignore_conflicts=True,
    )
    return len(new)


def free_codes(*, commodity: str) -> int:
    """Return how many codes of a commodity nobody has."""
    return ShopCode.objects.filter(commodity=commodity, issued_key=None).count()


def has_code(*, case_no: str, unit_no: int) -> bool:
    """Say whether a code was issued to a claim unit."""
    return _code_of(case_no, unit_no) is not None


def show_code(*, case_no: str, unit_no: int, at: datetime) -> ShownCode:
    """Return the code of a claim unit and note that it was delivered. Raises CodeNotFound."""
    code = _code_of(case_no, unit_no)
    if code is None or code.amount is None:
        raise CodeNotFound(case_no=case_no)
    # issued -> delivered, the first time only
    ShopCode.objects.filter(id=code.id, delivered_at=None).update(delivered_at=at)
    return ShownCode(code.code, code.commodity, code.amount)


def _code_of(case_no: str, unit_no: int) -> ShopCode | None:
    keys = Instruction.objects.filter(
        case_no=case_no, unit_no=unit_no, provider="shop_credit", state__in=(SENT, SETTLED)
    ).values("key")
    return ShopCode.objects.filter(issued_key__in=keys).order_by("-issued_at").first()
