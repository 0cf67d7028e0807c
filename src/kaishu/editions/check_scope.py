"""Check the scope: each rule with its list and its conditions, then all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from kaishu.core.coding import Keys
from kaishu.core.overlaps import Overlap, overlaps
from kaishu.core.recall import Effect, Product, Rule, RuleKind, SerialFormat
from kaishu.core.scope import is_beaten_by
from kaishu.editions.check_rules import check_kind
from kaishu.editions.check_when import check_conditions
from kaishu.editions.draft import Draft
from kaishu.editions.lists import Progress, SerialList
from kaishu.editions.positions import Path


def check_scope(draft: Draft, *, progress: Progress) -> None:
    """Note what is wrong with the rules, read their serial lists, and compare them."""
    sound = [
        rule
        for number, rule in enumerate(draft.recall.rules)
        if _check_rule(draft, ("rules", number), rule, progress)
    ]
    _check_takes_in(draft)
    _check_lists_apart(draft)
    _check_list_sizes(draft)
    _check_overlaps(draft, sound)


def _check_rule(draft: Draft, path: Path, rule: Rule, progress: Progress) -> bool:
    """Check one rule; say whether it is sound enough to be compared with the others."""
    product = draft.recall.product(rule.product)
    if product is None:
        _unknown_model(draft, (*path, "product"), rule.product)
        return False
    check_conditions(draft, path, rule, product)
    return check_kind(draft, path, rule, _form(draft, product), progress)


def _unknown_model(draft: Draft, path: Path, model: str) -> None:
    if model:
        known = ", ".join(product.model for product in draft.recall.products)
        draft.error("model_unknown", *path, model=model, known=known)


def _form(draft: Draft, product: Product) -> SerialFormat | None:
    """Return the format of a product's serials, if there is one that can be checked by."""
    forms = (form for form in draft.recall.formats if form.code == product.serial_format)
    return next((form for form in forms if form.code not in draft.unfit_formats), None)


def _check_lists_apart(draft: Draft) -> None:
    """One serial is one unit of one product: two products' lists must not share serials.

    A code that many units share names no unit; makers print one lot code under several models.
    """
    products = _product_of_list(draft)
    named = [file for file in draft.lists if _names_units(draft, products[file])]
    if not _any_twice([draft.lists[file].serials for file in named]):
        return
    for one, other in combinations(named, 2):
        if products[one] == products[other]:
            continue
        # A list holds each serial once (`lists.SerialList`).
        both = draft.lists[one].serials, draft.lists[other].serials
        shared = np.intersect1d(*both, assume_unique=True)
        if len(shared):
            serial = bytes(shared[0])
            draft.findings.error(
                "serial_in_two_lists",
                {
                    "serial": serial.decode("utf-8", "replace"),
                    "other_file": one,
                    "first": draft.lists[one].line(serial),
                    "count": len(shared),
                },
                file=other,
                line=draft.lists[other].line(serial),
            )


def _any_twice(lists: Sequence[Keys]) -> bool:
    """Say whether any serial stands in two lists: all of them sorted once, instead of in pairs."""
    if len(lists) < 2:
        return False
    together = np.sort(np.concatenate(lists))
    return bool((together[1:] == together[:-1]).any())


def _names_units(draft: Draft, model: str) -> bool:
    product = draft.recall.product(model)
    form = _form(draft, product) if product else None
    return form is not None and form.unit_unique


def _product_of_list(draft: Draft) -> dict[str, str]:
    return {rule.file: rule.product for rule in reversed(draft.recall.rules) if rule.file}


def _check_list_sizes(draft: Draft) -> None:
    """A product whose whole scope is lists should have as many serials as units."""
    for number, product in enumerate(draft.recall.products):
        rules = [rule for rule in draft.recall.rules if rule.product == product.model]
        lists = [draft.lists.get(rule.file) for rule in rules if rule.kind is RuleKind.LIST]
        read: list[SerialList] = [found for found in lists if found is not None]
        form = _form(draft, product)
        if any(rule.effect is Effect.EXCLUDE for rule in rules):
            continue
        if not rules or len(read) != len(rules) or form is None or not form.unit_unique:
            continue
        count = sum(len(found.serials) for found in read)
        if count != product.units:
            draft.warning(
                "list_count_differs",
                *("products", number, "units"),
                model=product.model,
                units=product.units,
                count=count,
            )


def _check_overlaps(draft: Draft, sound: list[Rule]) -> None:
    """Name both lines of two rules that cover the same units: their counts do not add up."""
    recall = draft.recall
    models = {rule.product for rule in sound}
    part = replace(
        recall,
        rules=tuple(sound),
        products=tuple(product for product in recall.products if product.model in models),
    )
    lists = {file: found.serials for file, found in draft.lists.items()}
    found = overlaps(part, lists)
    for pair in found:
        _check_pair(draft, pair)
    _check_pointless(draft, sound, found)


def _check_pair(draft: Draft, pair: Overlap) -> None:
    """Judge two rules that may select one unit: twice in, twice safe, or both at once."""
    one, other = (draft.recall.rules[no - 1] for no in (pair.first, pair.second))
    facts = {"rule": pair.second, "other": pair.first}
    path: Path = ("rules", pair.second - 1)
    first = draft.line("rules", pair.first - 1)
    if one.effect is other.effect:
        draft.warning("rules_overlap", *path, first=first, **facts)
        return
    safe, taking = (one, other) if one.effect is Effect.EXCLUDE else (other, one)
    product = draft.recall.product(taking.product)
    form = _form(draft, product) if product else None
    if not is_beaten_by(taking, safe, unit_unique=form is None or form.unit_unique):
        draft.error("rules_contradict", *path, first=first, **facts)


def _check_pointless(draft: Draft, sound: list[Rule], found: tuple[Overlap, ...]) -> None:
    """A rule that names safe units should name some that another rule takes in."""
    met = {frozenset((pair.first, pair.second)) for pair in found}
    for rule in (each for each in sound if each.effect is Effect.EXCLUDE):
        taking = [r.no for r in draft.recall.rules if r.effect is Effect.INCLUDE]
        if not any(frozenset((rule.no, no)) in met for no in taking):
            draft.warning("exclusion_pointless", *("rules", rule.no - 1, "effect"), rule=rule.no)


def _check_takes_in(draft: Draft) -> None:
    """A product whose rules all name safe units is not recalled at all."""
    for number, product in enumerate(draft.recall.products):
        rules = [rule for rule in draft.recall.rules if rule.product == product.model]
        if rules and all(rule.effect is Effect.EXCLUDE for rule in rules):
            draft.error("only_exclusions", *("products", number, "model"), model=product.model)
