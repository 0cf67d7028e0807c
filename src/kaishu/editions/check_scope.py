"""Check the scope: what each rule names, its conditions, its serial list, and overlaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

import numpy as np

from kaishu.core.overlaps import overlaps
from kaishu.core.recall import Conditions, Product, Rule, RuleKind, SerialFormat
from kaishu.editions.draft import Draft
from kaishu.editions.lists import Progress, SerialList, read_list
from kaishu.editions.positions import Path
from kaishu.markets import CODES

USES: Mapping[RuleKind, tuple[str, ...]] = {
    RuleKind.LIST: ("file",),
    RuleKind.RANGE: ("first", "last"),
    RuleKind.PREFIX: ("prefix",),
    RuleKind.MODEL: (),
}
MAY_USE: Mapping[RuleKind, tuple[str, ...]] = {RuleKind.PREFIX: ("length",)}
OWN_KEYS = ("file", "first", "last", "prefix", "length")


def check_scope(draft: Draft, *, progress: Progress) -> None:
    """Note what is wrong with the rules, read their serial lists, and compare them."""
    sound = [
        rule
        for number, rule in enumerate(draft.recall.rules)
        if _check_rule(draft, ("rules", number), rule, progress)
    ]
    _check_lists_apart(draft)
    _check_list_sizes(draft)
    _check_overlaps(draft, sound)


def _check_rule(draft: Draft, path: Path, rule: Rule, progress: Progress) -> bool:
    """Check one rule; say whether it is sound enough to be compared with the others."""
    product = draft.recall.product(rule.product)
    if product is None:
        _unknown_model(draft, (*path, "product"), rule.product)
        return False
    complete = _check_keys(draft, path, rule)
    _check_conditions(draft, path, rule.when, product)
    form = _form(draft, product)
    return complete and form is not None and _check_kind(draft, path, rule, form, progress)


def _unknown_model(draft: Draft, path: Path, model: str) -> None:
    if model:
        known = ", ".join(product.model for product in draft.recall.products)
        draft.error("model_unknown", *path, model=model, known=known)


def _form(draft: Draft, product: Product) -> SerialFormat | None:
    """Return the format of a product's serials, if there is one that can be checked by."""
    forms = (form for form in draft.recall.formats if form.code == product.serial_format)
    return next((form for form in forms if form.code not in draft.unfit_formats), None)


def _check_keys(draft: Draft, path: Path, rule: Rule) -> bool:
    uses = USES[rule.kind]
    allowed = (*uses, *MAY_USE.get(rule.kind, ()))
    given = {name for name in OWN_KEYS if getattr(rule, name)}
    for name in OWN_KEYS:
        if name in uses and name not in given:
            draft.error("rule_needs", *path, kind=rule.kind.value, key=name)
        elif name in given and name not in allowed:
            draft.error("rule_key_unused", *path, name, kind=rule.kind.value, key=name)
    return given >= set(uses)


def _check_kind(
    draft: Draft, path: Path, rule: Rule, form: SerialFormat, progress: Progress
) -> bool:
    if rule.kind is RuleKind.LIST:
        return _check_list(draft, path, rule, form, progress)
    if rule.kind is RuleKind.RANGE:
        return _check_range(draft, path, rule, form)
    if rule.kind is RuleKind.PREFIX:
        return _check_prefix(draft, path, rule, form)
    return True


def _check_prefix(draft: Draft, path: Path, rule: Rule, form: SerialFormat) -> bool:
    sound = _check_characters(draft, (*path, "prefix"), rule.prefix, form)
    lengths = (rule.length,) if rule.length else form.lengths
    if set(lengths) - set(form.lengths) or len(rule.prefix) > min(lengths, default=0):
        wanted = " / ".join(str(length) for length in form.lengths)
        draft.error("prefix_length", *path, "length", length=rule.length, wanted=wanted)
        return False
    return sound


def _check_list(
    draft: Draft, path: Path, rule: Rule, form: SerialFormat, progress: Progress
) -> bool:
    if rule.file in draft.lists:
        return True
    file = (draft.folder / rule.file).resolve()
    if not file.is_relative_to(draft.folder.resolve()) or not file.is_file():
        draft.error("list_missing", *path, "file", file_name=rule.file)
        return False
    draft.lists[rule.file] = read_list(
        folder=draft.folder,
        file=rule.file,
        form=form,
        findings=draft.findings,
        progress=progress,
    )
    if not draft.lists[rule.file].rows:
        draft.error("list_empty", *path, "file", file_name=rule.file)
    return True


def _check_range(draft: Draft, path: Path, rule: Rule, form: SerialFormat) -> bool:
    sound = _check_characters(draft, (*path, "first"), rule.first, form)
    sound = _check_characters(draft, (*path, "last"), rule.last, form) and sound
    facts = {"first": rule.first, "last": rule.last}
    if len(rule.first) != len(rule.last) or len(rule.first) not in form.lengths:
        draft.error("range_lengths", *path, "last", **facts)
        return False
    if sound and _rank(rule.first, form) > _rank(rule.last, form):
        draft.error("range_reversed", *path, "last", **facts)
        return False
    return sound


def _check_characters(draft: Draft, path: Path, value: str, form: SerialFormat) -> bool:
    wrong = next((character for character in value if character not in form.alphabet), None)
    if wrong is not None:
        draft.error("rule_character", *path, value=value, character=wrong)
    return wrong is None


def _rank(value: str, form: SerialFormat) -> list[int]:
    return [form.alphabet.index(character) for character in value]


def _check_conditions(draft: Draft, path: Path, when: Conditions, product: Product) -> None:
    path = (*path, "when")
    colours = [variant.colour for variant in product.variants]
    for key in ("colours", "not_colours"):
        for place, colour in enumerate(getattr(when, key)):
            if colour not in colours:
                known = ", ".join(dict.fromkeys(colours))
                draft.error("colour_unknown", *path, key, place, colour=colour, known=known)
    for colour in sorted(set(when.colours) & set(when.not_colours)):
        draft.error("colour_both", *path, "not_colours", colour=colour)
    if colours and set(colours) <= set(when.not_colours):
        draft.error("colour_none_left", *path, "not_colours", model=product.model)
    if when.bought_from and when.bought_to and when.bought_from > when.bought_to:
        draft.error(
            "dates_reversed", *path, "bought_to", first=when.bought_from, last=when.bought_to
        )
    for place, market in enumerate(when.markets):
        if market not in CODES:
            known = ", ".join(CODES)
            draft.error("market_unknown", *path, "markets", place, market=market, known=known)
    if when.markets and draft.recall.market not in when.markets:
        draft.error("market_never", *path, "markets", market=draft.recall.market)


def _check_lists_apart(draft: Draft) -> None:
    """One serial is one unit of one product: two products' lists must not share serials.

    A code that many units share names no unit; makers print one lot code under several models.
    """
    products = _product_of_list(draft)
    named = [file for file in draft.lists if _names_units(draft, products[file])]
    for one, other in combinations(named, 2):
        if products[one] == products[other]:
            continue
        shared = np.intersect1d(draft.lists[one].serials, draft.lists[other].serials)
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
    for pair in overlaps(part, lists):
        draft.warning(
            "rules_overlap",
            *("rules", pair.second - 1),
            rule=pair.second,
            other=pair.first,
            first=draft.line("rules", pair.first - 1),
        )
