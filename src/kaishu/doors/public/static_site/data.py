"""What the script of a static copy answers from: the rules of every recall, and the words.

Only what decides an answer is written, and only fields that are not empty. A recall with a rule, a
condition or a field that the script does not know is marked inexact: the script then asks people to
call, and never says "not affected".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from kaishu.core.answer import ASKS, Inspection, colours_of, find_colour, judge, tell
from kaishu.core.given import folded, markets_of
from kaishu.core.pack import Pack
from kaishu.core.recall import (
    Conditions,
    Product,
    Recall,
    Rule,
    SerialFormat,
    say,
)
from kaishu.core.scope import EXCLUDED, REASONS
from kaishu.core.sentences import unfilled
from kaishu.core.serials import PROBLEMS
from kaishu.core.shards import Head
from kaishu.core.verdict import Answer
from kaishu.doors.public.views_verify import offline_words

# What the script knows: every kind of rule, and every field that decides, by its class.
KINDS = frozenset(
    ("list", "range", "counter", "prefix", "tail", "codes", "model", "unlabelled", "lookup")
)
DECIDES: Mapping[type, tuple[str, ...]] = {
    Rule: (
        *("no", "product", "kind", "when", "effect", "first", "last", "head", "digits"),
        *("prefix", "length", "endings", "safe_endings", "codes", "labels"),
    ),
    Conditions: (
        *("colours", "not_colours", "variants", "not_variants", "channels", "not_channels"),
        *("batches", "bought_from", "bought_to", "made", "markets"),
    ),
    SerialFormat: (
        *("code", "alphabet", "lengths", "prefix", "confusions", "lookalikes"),
        "unit_unique",
    ),
    Product: ("model", "serial_format", "variants", "aliases"),
}
# Fields that decide nothing: words for people, drawings, where a fact comes from.
SAYS: Mapping[type, tuple[str, ...]] = {
    Rule: ("file", "note", "verified", "why"),
    Conditions: (),
    SerialFormat: (),
    Product: (
        *("name", "units", "picture", "model_picture", "serial_picture", "model_where"),
        *("serial_where", "batch_where", "made_where", "capacity", "un_number"),
        *("sold_from", "sold_to"),
    ),
}
CODES = frozenset(
    {
        *(f"answer_{answer.value}" for answer in Answer),
        *REASONS.values(),
        *EXCLUDED,
        *PROBLEMS,
        *ASKS,
        "alias_misprint",
        "alias_sold_as",
        "batch_covered",
        "code_looks_listed",
        "code_other_product",
        "flight_not_affected",
        "kind_safe",
        "listed_but_differs",
        "listed_other_model",
        "maker_decides",
        "named_both",
        "named_safe",
        "not_here",
        "not_listed",
        "repair_changes_answer",
        "serial_repaired",
        "tail_safe",
        "tail_unknown",
        "until_you_know",
    }
)


def rules_of(pack: Pack, head: Head | None) -> dict[str, Any]:
    """Return one recall as the script reads it; `head` where its list is in the copy."""
    recall = pack.recall
    return {
        "slug": recall.slug,
        "market": recall.market,
        "digest": pack.ref.digest,
        "exact": is_exact(recall),
        "formats": {form.code: _decides(form) for form in recall.formats},
        "products": [_product(recall, product) for product in recall.products],
        "rules": [{**_decides(rule), "when": _decides(rule.when)} for rule in recall.rules],
        "markets": sorted(markets_of(recall)),
        "channels": [channel.code for channel in recall.channels],
        "list": dataclasses.asdict(head) if head else None,
    }


def is_exact(recall: Recall) -> bool:
    """Say whether the script knows everything that this recall's answers can depend on."""
    parts = [*recall.rules, *(rule.when for rule in recall.rules), *recall.formats]
    known = all(_knows(part) for part in (*parts, *recall.products))
    kinds = {rule.kind.value for rule in recall.rules} <= KINDS
    return known and kinds and all(_folds_alike(text) for text in _compared(recall))


def words_of(packs: list[Pack], tag: str) -> dict[str, Any]:
    """Return everything that the script says in one language."""
    return {
        "language": tag,
        "asks": dict(ASKS),
        "sentences": {code: list(unfilled(code, tag)) for code in sorted(CODES)},
        "recalls": {pack.recall.slug: _recall_words(pack, tag) for pack in packs},
        "receipts": offline_words()[tag],
    }


def _recall_words(pack: Pack, tag: str) -> dict[str, Any]:
    recall = pack.recall
    return {
        **{
            name: say(getattr(recall, name), tag)
            for name in ("title", "hazard", "stop_use", "keep_safe", "never", "flight")
        },
        "do_now": [say(text, tag) for text in recall.do_now],
        "products": {product.model: _product_words(product, tag) for product in recall.products},
        "channels": {channel.code: say(channel.name, tag) for channel in recall.channels},
        "why": {str(rule.no): say(rule.why, tag) for rule in recall.rules if rule.why},
        "facts": {
            "company": say(recall.company, tag),
            "phone": recall.phone,
            "phone_hours": say(recall.phone_hours, tag),
            "notice_url": recall.notice_url,
            "edition": str(pack.ref.number),
        },
        "data_as_of": tell(pack, judge(pack, Inspection(model="")), tag).data_as_of,
    }


def _product_words(product: Product, tag: str) -> dict[str, str]:
    return {
        "product": say(product.name, tag),
        "batch_where": say(product.batch_where, tag) if product.batch_where else "",
        "made_where": say(product.made_where, tag) if product.made_where else "",
    }


def _product(recall: Recall, product: Product) -> dict[str, Any]:
    named = [variant.code for variant in product.variants]
    spelled = [each for each in (*named, *colours_of(recall, product)) if folded(each)]
    rules = [rule for rule in recall.rules if rule.product == product.model]
    return {
        "model": product.model,
        "folded": folded(product.model),
        "form": product.serial_format,
        "colours": {folded(each): find_colour(recall, product, each) for each in spelled},
        "choices": list(colours_of(recall, product)),
        "variants": [
            {
                "code": variant.code,
                "colour": variant.colour,
                "folded": folded(variant.code),
                "jan": variant.jan.zfill(14) if variant.jan else "",
            }
            for variant in product.variants
        ],
        "aliases": [
            {"code": alias.code, "kind": alias.kind, "folded": folded(alias.code)}
            for alias in product.aliases
        ],
        "batches": [
            {"batch": batch, "folded": folded(batch)}
            for rule in rules
            for batch in rule.when.batches
        ],
    }


def _decides(part: Any) -> dict[str, Any]:
    """Return the fields of a part that decide and are not empty, as plain JSON values."""
    empty = {field.name: field.default for field in dataclasses.fields(part)}
    found = {}
    for name in DECIDES[type(part)]:
        value = getattr(part, name)
        if name == "when" or (value == empty[name] and type(part) is not SerialFormat):
            continue
        found[name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {name: _plain(each) for name, each in pairs if each is not None}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return dict(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _knows(part: Any) -> bool:
    """Say whether no field outside those that the script knows says anything."""
    known = (*DECIDES[type(part)], *SAYS[type(part)])
    return all(
        field.name in known or getattr(part, field.name) == field.default
        for field in dataclasses.fields(part)
    )


def _compared(recall: Recall) -> list[str]:
    """Return every text that is compared without regard to case."""
    found = [rule_batch for rule in recall.rules for rule_batch in rule.when.batches]
    for product in recall.products:
        found += [product.model, *(alias.code for alias in product.aliases)]
        found += [each for variant in product.variants for each in (variant.code, variant.jan)]
        found += colours_of(recall, product)
    return found


def _folds_alike(text: str) -> bool:
    """Say whether the script's way to forget case (lower case, ß as ss) is the house's own here."""
    return folded(text).lower().replace("ß", "ss") == folded(text)
