"""Check that the remedies of each product are a choice that the market's law allows."""

from __future__ import annotations

from kaishu.editions.draft import Draft
from kaishu.markets import CODES, load_market


def check_lawful(draft: Draft) -> None:
    """Name each product whose owners have too little to choose from, with the article.

    None of the lawful remedies is an error. Some, but too few, is a warning: a person must be able
    to say why the others are impossible.
    """
    market = draft.recall.market
    choice = load_market(market).choice if market in CODES else None
    if choice is None:
        return
    for number, product in enumerate(draft.recall.products):
        offered = {remedy.type for remedy in draft.recall.remedies_for(product.model)}
        lawful = sorted(offered & set(choice.types))
        if not product.model or not offered or len(lawful) >= choice.at_least:
            continue
        note = draft.warning if lawful else draft.error
        note(
            "remedies_too_few" if lawful else "remedies_unlawful",
            *("products", number, "model"),
            model=product.model,
            lawful=", ".join(choice.types),
            offered=", ".join(sorted(offered)),
            at_least=choice.at_least,
            article=choice.fact.article,
        )
