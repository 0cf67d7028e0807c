"""Check the terms: head, market, remedies, evidence, parties, population and wording."""

from __future__ import annotations

import re
from collections import Counter

from kaishu.core.accounts import AT_LARGE, UNSOLD
from kaishu.core.recall import AmountRule
from kaishu.editions.check_remedies import CURRENCIES, check_remedies
from kaishu.editions.draft import Draft
from kaishu.markets import CODES, Market, load_market

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check_terms(draft: Draft) -> None:
    """Note what is wrong with everything that is not the goods or the scope."""
    _check_head(draft)
    check_remedies(draft)
    _check_evidence(draft)
    _check_parties(draft)
    _check_sums(draft)


def _check_head(draft: Draft) -> None:
    recall = draft.recall
    if recall.slug and not SLUG.fullmatch(recall.slug):
        draft.error("slug_form", "recall", "slug", slug=recall.slug)
    draft.short(recall.slug, "recall", "slug")
    if recall.currency and recall.currency not in CURRENCIES:
        draft.error("currency_unknown", "recall", "currency", currency=recall.currency)
    if recall.market and recall.market not in CODES:
        known = ", ".join(CODES)
        draft.error("market_unknown", "recall", "market", market=recall.market, known=known)
    elif recall.market:
        _check_wording(draft, load_market(recall.market))


def _check_wording(draft: Draft, market: Market) -> None:
    """Point at words that play down the hazard, with the article that says so."""
    for path, text in draft.texts():
        for softening in market.softening:
            for word in softening.found_in(text[softening.language]):
                note = draft.error if softening.severity == "error" else draft.warning
                note(
                    "softening_word",
                    *path,
                    softening.language,
                    word=word,
                    article=softening.fact.article,
                )


def _check_evidence(draft: Draft) -> None:
    pays_order = next((r for r in draft.recall.remedies if r.amount is AmountRule.ORDER), None)
    if pays_order is not None and draft.recall.evidence.order_amount == "not_asked":
        draft.error("amount_not_asked", "evidence", "order_amount", remedy=pays_order.code)


def _check_parties(draft: Draft) -> None:
    parties = draft.recall.parties
    draft.once("party_twice", [(("parties", n, "code"), p.code) for n, p in enumerate(parties)])
    for number, party in enumerate(parties):
        draft.short(party.code, "parties", number, "code")
    known = [party.code for party in parties]
    rows = draft.recall.population
    draft.once(
        "population_twice",
        [
            (("population", n), " / ".join(filter(None, (r.product, r.pool, r.account, r.party))))
            for n, r in enumerate(rows)
        ],
    )
    for number, row in enumerate(rows):
        path = ("population", number)
        if row.account == UNSOLD and not row.party:
            draft.error("party_missing", *path, product=row.product)
        elif row.account == AT_LARGE and row.party:
            draft.error("party_unused", *path, "party", party=row.party)
        elif row.party and row.party not in known:
            draft.error("party_unknown", *path, "party", party=row.party, known=", ".join(known))
        if row.quantity < 1:
            draft.error(
                "number_not_positive", *path, "quantity", key="quantity", value=row.quantity
            )


def _check_sums(draft: Draft) -> None:
    """The population of each product is its units, and all units are the announced total."""
    recall = draft.recall
    models = [product.model for product in recall.products]
    sums: Counter[str] = Counter()
    for number, row in enumerate(recall.population):
        if row.product in models:
            sums[row.product] += row.quantity
        elif row.product:
            path = ("population", number, "product")
            draft.error("model_unknown", *path, model=row.product, known=", ".join(models))
    for number, product in enumerate(recall.products):
        if product.model and sums[product.model] != product.units:
            draft.error(
                "population_sum",
                *("products", number, "units"),
                model=product.model,
                units=product.units,
                sum=sums[product.model],
            )
    total = sum(product.units for product in recall.products)
    if total != draft.total:
        draft.error("units_total", "recall", "units", units=draft.total, sum=total)
