"""What the edition of a claim unit offers, with what reviewers have settled since."""

from __future__ import annotations

from collections.abc import Iterable

from kaishu.claims.errors import ProductUnknown, RemedyNotOffered
from kaishu.claims.models import ClaimUnit, Decision
from kaishu.core.accounts import AT_LARGE
from kaishu.core.recall import Product, Recall, Remedy
from kaishu.core.remedy import Purchase
from kaishu.editions import queries as editions


def recall_of(edition_id: int) -> Recall:
    """Return the recall as one edition froze it."""
    return editions.pack_of(edition_id).recall


def product_of(recall: Recall, model: str) -> Product:
    """Return the product with this model code. Raises ProductUnknown."""
    product = recall.product(model)
    if product is None:
        raise ProductUnknown(model=model)
    return product


def remedy_of(recall: Recall, model: str, code: str) -> Remedy:
    """Return a remedy that is offered for the model. Raises RemedyNotOffered."""
    offered = {remedy.code: remedy for remedy in recall.remedies_for(model)}
    if code not in offered:
        raise RemedyNotOffered(remedy=code, model=model)
    return offered[code]


def pool_of(recall: Recall, model: str) -> str:
    """Name the pool that a product's sold units were counted in when the recall opened."""
    return next(
        (
            line.pool
            for line in recall.population
            if line.product == model and line.account == AT_LARGE
        ),
        "consumer",
    )


def settled(unit: ClaimUnit, decisions: Iterable[Decision], name: str) -> object:
    """Return what the newest decision says of `order_amount` or `remedy`, else what was typed."""
    value = getattr(unit, name)
    for decision in decisions:
        value = decision.facts.get(name, value)
    return value


def purchase_of(unit: ClaimUnit, decisions: Iterable[Decision]) -> Purchase:
    """Return the purchase that an award rests on; a reviewer may have corrected the amount."""
    amount = settled(unit, decisions, "order_amount")
    return Purchase(
        order_no=unit.order_no,
        amount=amount if isinstance(amount, int) else None,
        bought_on=unit.bought_on,
        shop=unit.shop,
    )
