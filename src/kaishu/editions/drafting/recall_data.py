"""A recall as the tables of its recall file: what `editions.shape` reads, backwards.

The keys come from `shape`, so a key that is added there is written here as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kaishu.core.recall import Product, Recall, Remedy, Rule, SerialFormat
from kaishu.editions import shape
from kaishu.editions.reading import Key, Keys

Data = dict[str, Any]


def data_of(recall: Recall) -> Data:
    """Return the tables of the recall file that says this recall."""
    data: Data = {
        "recall": {**_table(recall, _without(shape.RECALL, "units")), "units": _total(recall)},
        "texts": {
            **_table(recall, _without(shape.TEXTS, "do_now")),
            "do_now": [dict(text) for text in recall.do_now],
        },
        "serials": {form.code: _format(form) for form in recall.formats},
        "products": [_product(product) for product in recall.products],
        "channels": [_table(channel, shape.CHANNEL) for channel in recall.channels],
        "rules": [_rule(rule) for rule in recall.rules],
        "check": _table(recall.check, shape.CHECK),
        "remedies": [_remedy(remedy) for remedy in recall.remedies],
        "service": _table(recall.service, shape.SERVICE),
        "notice": _table(recall.notice, shape.NOTICE),
        "evidence": _table(recall.evidence, shape.EVIDENCE),
        "parties": [_table(party, shape.PARTY) for party in recall.parties],
        "population": [_table(row, shape.POPULATION) for row in recall.population],
        "sources": [_table(source, shape.SOURCE) for source in recall.sources],
    }
    return {name: value for name, value in data.items() if value or shape.FILE[name].required}


def _total(recall: Recall) -> int:
    return sum(product.units for product in recall.products)


def _format(form: SerialFormat) -> Data:
    table = _table(form, _without(shape.SERIALS, "confusions"))
    return {**table, **({"confusions": dict(form.confusions)} if form.confusions else {})}


def _product(product: Product) -> Data:
    rows = {
        "variants": [_table(variant, shape.VARIANT) for variant in product.variants],
        "aliases": [_table(alias, shape.ALIAS) for alias in product.aliases],
    }
    table = _table(product, _without(shape.PRODUCT, *rows))
    return {**table, **{name: said for name, said in rows.items() if said}}


def _rule(rule: Rule) -> Data:
    made = [_table(window, shape.WINDOW) for window in rule.when.made]
    when = {**_table(rule.when, _without(shape.WHEN, "made")), **({"made": made} if made else {})}
    return {
        **_table(rule, _without(shape.RULE, "when")),
        **({"when": when} if when else {}),
    }


def _remedy(remedy: Remedy) -> Data:
    table = _table(remedy, _without(shape.REMEDY, "compare"))
    rows = [_table(line, shape.COMPARE) for line in remedy.compare]
    return {**table, **({"compare": rows} if rows else {})}


def _table(value: object, keys: Keys) -> Data:
    """Return one value per key; what may be left out and says nothing is left out."""
    pairs = {name: (key, getattr(value, name)) for name, key in keys.items()}
    return {name: _plain(key, said) for name, (key, said) in pairs.items() if _says(key, said)}


def _says(key: Key, said: Any) -> bool:
    return key.required or said != key.empty


def _plain(key: Key, said: Any) -> Any:
    if isinstance(said, Mapping):
        return dict(said)
    if isinstance(said, tuple):
        return list(said)
    return str(said) if key.kind == "words" else said


def _without(keys: Keys, *names: str) -> Keys:
    return {name: key for name, key in keys.items() if name not in names}
