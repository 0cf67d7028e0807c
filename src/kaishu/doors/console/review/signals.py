"""What stands out about a claim unit: its age, odd facts, and claims that look like it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from kaishu.base import words
from kaishu.claims import alike
from kaishu.claims.models import ClaimUnit
from kaishu.claims.reasons import Standing
from kaishu.claims.views import CaseView, UnitView
from kaishu.core import plausible
from kaishu.core.recall import Product, Recall

UNDECIDED = (Standing.OPEN, Standing.ASKED)
# The middle of this many prices is what is usual.
PRICES = 200


@dataclass(frozen=True, slots=True)
class Due:
    """When the decision was promised, in words, and whether that time has passed."""

    late: bool
    text: str
    at: datetime


def due(since: datetime, days: int | None, *, now: datetime) -> Due | None:
    """Return how a claim's age stands to the promised days; None where none were promised."""
    if days is None:
        return None
    until = since + timedelta(days=days)
    age = words.age(abs(until - now))
    if now > until:
        return Due(True, _("%(age)s overdue") % {"age": age}, until)
    return Due(False, _("%(age)s left") % {"age": age}, until)


def due_of(case: CaseView, unit: UnitView, recall: Recall, *, now: datetime) -> Due | None:
    """Return the promised time of a unit that still waits for its decision."""
    if unit.standing not in UNDECIDED:
        return None
    return due(case.submitted_at, recall.service.review_days, now=now)


def odd(case: CaseView, unit: UnitView, recall: Recall, product: Product | None) -> list[str]:
    """Return sentences about a price or a date that does not look like the others'."""
    said = []
    if unit.order_amount is not None:
        found = plausible.price(unit.order_amount, _prices(unit))
        if sentence := _price_words(found, recall.currency):
            said.append(sentence)
    reason = plausible.bought(
        unit.bought_on,
        first=product.sold_from if product else None,
        last=product.sold_to if product else None,
        claimed=case.submitted_at.date(),
    )
    if reason:
        said.append(_bought_words()[reason])
    return said


def others(unit: UnitView) -> list[dict[str, Any]]:
    """Return the claims that share something with this unit, each with its reasons in words."""
    told = _alike_words()
    return [
        {"claim": found, "reasons": [told[reason] for reason in found.reasons]}
        for found in alike.alike(unit.claim_unit_id)
    ]


def _prices(unit: UnitView) -> list[int]:
    mine = ClaimUnit.objects.get(id=unit.claim_unit_id)
    rows = ClaimUnit.objects.filter(
        recall_id=mine.recall_id, product=mine.product, order_amount__isnull=False
    ).exclude(id=mine.id)
    newest = rows.order_by("-id").values_list("order_amount", flat=True)[:PRICES]
    return [amount for amount in newest if amount is not None]


def _price_words(found: plausible.Price, currency: str) -> str:
    facts = {
        "low": words.quantity(found.low, currency),
        "high": words.quantity(found.high, currency),
        "count": found.count,
    }
    if found.reason == "price_high":
        return _("High price: %(count)s others paid %(low)s to %(high)s.") % facts
    if found.reason == "price_low":
        return _("Low price: %(count)s others paid %(low)s to %(high)s.") % facts
    return ""


def _bought_words() -> Mapping[str, str]:
    return {
        "bought_after_claim": _("The date of purchase is after the claim."),
        "bought_before_sale": _("The date of purchase is before this product was sold."),
        "bought_after_sale": _("The date of purchase is after the sale of this product stopped."),
    }


def _alike_words() -> Mapping[str, str]:
    return {
        "unit": _("same unit"),
        "serial": _("same serial"),
        "photo": _("the very same file"),
        "order": _("same order number"),
        "phone": _("same telephone"),
        "mail": _("same e-mail"),
        "address": _("same address"),
    }
