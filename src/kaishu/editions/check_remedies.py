"""Check the remedies and the days that a recall promises."""

from __future__ import annotations

import re

from babel.core import Locale

from kaishu.core.recall import AmountRule, Remedy
from kaishu.editions.draft import Draft
from kaishu.editions.positions import Path

CURRENCY = re.compile(r"[A-Z]{3}")
NAMED = re.compile(r"(sku|kit):[A-Za-z0-9][A-Za-z0-9._-]*")
CURRENCIES = frozenset(Locale("en").currencies)
GOODS = "sku:"
LONGEST_PROMISE = 1_000  # days; a longer one is a slip of the key


def check_remedies(draft: Draft) -> None:
    """Note what is wrong with each remedy, what it is worth and when it is promised."""
    remedies = draft.recall.remedies
    draft.once("remedy_twice", [(("remedies", n, "code"), r.code) for n, r in enumerate(remedies)])
    for number, remedy in enumerate(remedies):
        path: Path = ("remedies", number)
        _check_commodity(draft, path, remedy)
        _check_models(draft, path, remedy.products)
        _check_goods(draft, path, remedy)
        _check_days(draft, remedy.days, *path, "days")
    for name in ("review_days", "kit_days", "remind_days"):
        _check_days(draft, getattr(draft.recall.service, name), "service", name)


def _check_commodity(draft: Draft, path: Path, remedy: Remedy) -> None:
    money = remedy.commodity.removeprefix("coupon:")
    draft.short(remedy.code, *path, "code")
    draft.short(remedy.commodity, *path, "commodity")
    is_money = bool(CURRENCY.fullmatch(money))
    if is_money:
        _check_money(draft, path, money)
    elif remedy.commodity and not NAMED.fullmatch(remedy.commodity):
        draft.error("commodity_unknown", *path, "commodity", commodity=remedy.commodity)
    if remedy.kit and not (NAMED.fullmatch(remedy.kit) and remedy.kit.startswith("kit:")):
        draft.error("kit_unknown", *path, "kit", kit=remedy.kit)
    _check_amount(draft, path, remedy, is_money=is_money)


def _check_amount(draft: Draft, path: Path, remedy: Remedy, *, is_money: bool) -> None:
    if remedy.amount is AmountRule.FIXED:
        if remedy.quantity < 1:
            draft.error("quantity_missing", *path, "quantity", remedy=remedy.code)
        if remedy.plus:
            draft.error("plus_unused", *path, "plus", remedy=remedy.code)
    elif not is_money:
        draft.error("order_needs_money", *path, "amount", remedy=remedy.code)
    elif remedy.quantity or remedy.plus < 0:
        draft.error("quantity_unused", *path, "quantity", remedy=remedy.code)


def _check_money(draft: Draft, path: Path, currency: str) -> None:
    if currency not in CURRENCIES:
        draft.error("currency_unknown", *path, "commodity", currency=currency)
    elif currency != draft.recall.currency:
        recall = draft.recall.currency
        draft.error("currency_differs", *path, "commodity", currency=currency, recall=recall)


def _check_models(draft: Draft, path: Path, models: tuple[str, ...]) -> None:
    known = [product.model for product in draft.recall.products]
    for place, model in enumerate(models):
        if model not in known:
            known_words = ", ".join(known)
            draft.error("model_unknown", *path, "products", place, model=model, known=known_words)


def _check_goods(draft: Draft, path: Path, remedy: Remedy) -> None:
    """Only goods have a list price beside their quantity, and an old product to stand next to."""
    if remedy.worth < 0:
        draft.error("number_not_positive", *path, "worth", key="worth", value=remedy.worth)
    if remedy.worth and not remedy.commodity.startswith(GOODS):
        draft.error("worth_unused", *path, "worth", remedy=remedy.code)
    if remedy.compare and not remedy.commodity.startswith(GOODS):
        draft.error("compare_unused", *path, "compare", 0, remedy=remedy.code)
    offered = remedy.products
    for number, line in enumerate(remedy.compare):
        _check_models(draft, (*path, "compare", number), line.products)
        for place, model in enumerate(line.products):
            if offered and model not in offered and draft.recall.product(model):
                draft.error(
                    "compare_not_offered",
                    *(*path, "compare", number, "products", place),
                    model=model,
                    remedy=remedy.code,
                )


def _check_days(draft: Draft, days: int | None, *path: str | int) -> None:
    if days is not None and not 1 <= days <= LONGEST_PROMISE:
        draft.error("days_wrong", *path, key=path[-1], value=days, most=LONGEST_PROMISE)
