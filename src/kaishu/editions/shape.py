"""The keys of a recall file, table by table, and how they become a `core.recall.Recall`.

docs/reference/recall-file.md explains every key for the people who write them.
"""

from __future__ import annotations

from typing import Any

from kaishu.core import recall as core
from kaishu.core.accounts import AT_LARGE, POOLS, STRAY, UNSOLD
from kaishu.editions.positions import Path
from kaishu.editions.reading import Key, Keys, Reader

ASKED = ("required", "optional", "not_asked")
REMEDY_TYPES = ("replace", "upgrade", "refund", "coupon", "repair")
ALIAS_KINDS = ("misprint", "sold_as")
SURE = ("official", "secondary", "generated")
CHANGES = ("gain", "lose", "same", "differs")
ROLES = ("maker", "distributor", "retailer", "depot", "recycler")

WORDS = Key("words")
MAYBE_WORDS = Key("words", required=False)
TEXT = Key("text")
MAYBE_TEXT = Key("maybe text", required=False)
NUMBER = Key("number")
MAYBE_NUMBER = Key("number", required=False)
MAYBE_DATE = Key("date", required=False)
MAYBE_DAYS = Key("days", required=False)
MAYBE_LIST = Key("list of words", required=False)

FILE: Keys = {
    "recall": Key("table"),
    "texts": Key("table"),
    "serials": Key("table"),
    "products": Key("tables"),
    "channels": Key("tables", required=False),
    "rules": Key("tables"),
    "check": Key("table", required=False),
    "remedies": Key("tables"),
    "service": Key("table", required=False),
    "notice": Key("table", required=False),
    "evidence": Key("table"),
    "parties": Key("tables", required=False),
    "population": Key("tables"),
    "sources": Key("tables", required=False),
}
RECALL: Keys = {
    "slug": WORDS,
    "market": WORDS,
    "announced": Key("date"),
    "currency": WORDS,
    "units": NUMBER,
    "brand": WORDS,
    "phone": WORDS,
    "notice_url": MAYBE_WORDS,
}
TEXTS: Keys = {
    "company": TEXT,
    "title": TEXT,
    "hazard": TEXT,
    "cause": TEXT,
    "stop_use": TEXT,
    "do_now": Key("tables"),
    "keep_safe": TEXT,
    "never": TEXT,
    "flight": TEXT,
    "phone_hours": TEXT,
}
SERIALS: Keys = {
    "alphabet": WORDS,
    "lengths": Key("list of numbers"),
    "prefix": MAYBE_WORDS,
    "unit_unique": Key("yes or no", required=False, default=True),
    "lookalikes": MAYBE_LIST,
    "confusions": Key("table", required=False),
}
PRODUCT: Keys = {
    "model": WORDS,
    "name": TEXT,
    "units": NUMBER,
    "serial_format": WORDS,
    "capacity": MAYBE_WORDS,
    "un_number": Key("words", required=False, choices=("", "UN 3480", "UN 3481"), default=""),
    "sold_from": MAYBE_DATE,
    "sold_to": MAYBE_DATE,
    "picture": WORDS,
    "model_picture": WORDS,
    "serial_picture": WORDS,
    "model_where": TEXT,
    "serial_where": TEXT,
    "batch_where": MAYBE_TEXT,
    "made_where": MAYBE_TEXT,
    "variants": Key("tables", required=False),
    "aliases": Key("tables", required=False),
}
ALIAS: Keys = {"code": WORDS, "kind": Key("words", choices=ALIAS_KINDS), "source": WORDS}
CHANNEL: Keys = {"code": WORDS, "name": TEXT}
VARIANT: Keys = {"code": WORDS, "colour": WORDS, "jan": MAYBE_WORDS}
RULE: Keys = {
    "product": WORDS,
    "kind": Key("words", choices=tuple(core.RuleKind), default=core.RuleKind.MODEL),
    "file": MAYBE_WORDS,
    "first": MAYBE_WORDS,
    "last": MAYBE_WORDS,
    "prefix": MAYBE_WORDS,
    "length": MAYBE_NUMBER,
    "head": MAYBE_WORDS,
    "digits": MAYBE_WORDS,
    "endings": MAYBE_LIST,
    "safe_endings": MAYBE_LIST,
    "codes": MAYBE_LIST,
    "labels": Key("list of words", required=False, choices=tuple(core.Label)),
    "effect": Key("words", required=False, choices=tuple(core.Effect), default=core.Effect.INCLUDE),
    "verified": Key("words", required=False, choices=("", *SURE), default=""),
    "note": MAYBE_WORDS,
    "why": MAYBE_TEXT,
    "when": Key("table", required=False),
}
WHEN: Keys = {
    "colours": MAYBE_LIST,
    "not_colours": MAYBE_LIST,
    "variants": MAYBE_LIST,
    "not_variants": MAYBE_LIST,
    "channels": MAYBE_LIST,
    "not_channels": MAYBE_LIST,
    "bought_from": MAYBE_DATE,
    "bought_to": MAYBE_DATE,
    "batches": MAYBE_LIST,
    "made": Key("tables", required=False),
    "markets": MAYBE_LIST,
}
WINDOW: Keys = {"start": MAYBE_DATE, "end": MAYBE_DATE}
CHECK: Keys = {"publish_list": Key("yes or no", required=False)}
REMEDY: Keys = {
    "code": WORDS,
    "type": Key("words", choices=REMEDY_TYPES),
    "commodity": WORDS,
    "amount": Key("words", choices=tuple(core.AmountRule), default=core.AmountRule.FIXED),
    "due": Key("words", choices=tuple(core.DueWhen), default=core.DueWhen.COLLECTED),
    "quantity": MAYBE_NUMBER,
    "plus": MAYBE_NUMBER,
    "kit": MAYBE_WORDS,
    "products": MAYBE_LIST,
    "title": TEXT,
    "what_you_get": TEXT,
    "what_you_send": TEXT,
    "how_long": TEXT,
    "worth": MAYBE_NUMBER,
    "days": MAYBE_DAYS,
    "compare": Key("tables", required=False),
}
COMPARE: Keys = {
    "what": TEXT,
    "old": TEXT,
    "new": TEXT,
    "change": Key("words", choices=CHANGES, default="differs"),
    "products": MAYBE_LIST,
}
NOTICE: Keys = {
    "sold_where": MAYBE_TEXT,
    "made_in": MAYBE_TEXT,
    "incidents": MAYBE_TEXT,
    "number": MAYBE_WORDS,
}
SERVICE: Keys = {"review_days": MAYBE_DAYS, "kit_days": MAYBE_DAYS, "remind_days": MAYBE_DAYS}
MAYBE_ASKED = Key("words", required=False, choices=ASKED, default="optional")
EVIDENCE: Keys = {
    "serial_photo": MAYBE_ASKED,
    "proof": MAYBE_ASKED,
    "order_no": MAYBE_ASKED,
    "order_amount": MAYBE_ASKED,
    "bought_on": MAYBE_ASKED,
    "order_where": TEXT,
}
PARTY: Keys = {"code": WORDS, "role": Key("words", choices=ROLES), "name": TEXT}
POPULATION: Keys = {
    "product": WORDS,
    "pool": Key("words", choices=tuple(pool for pool in POOLS if pool != STRAY)),
    "account": Key("words", choices=(AT_LARGE, UNSOLD)),
    "party": MAYBE_WORDS,
    "quantity": NUMBER,
}
SOURCE: Keys = {
    "what": WORDS,
    "url": MAYBE_WORDS,
    "verified": Key("words", choices=SURE),
}


def read_recall(reader: Reader, data: dict[str, Any]) -> tuple[core.Recall, int]:
    """Return the recall that the file describes and the total of units it announces.

    `reader.broken` says afterwards whether the recall can be used.
    """
    parts = reader.table(data, (), FILE)
    head = reader.table(parts["recall"], ("recall",), RECALL)
    total = head.pop("units")
    texts = reader.table(parts["texts"], ("texts",), TEXTS)
    texts["do_now"] = tuple(
        reader.text(text, ("texts", "do_now", number))
        for number, text in enumerate(texts["do_now"])
    )
    channels = reader.tables(parts["channels"], ("channels",), CHANNEL)
    populations = reader.tables(parts["population"], ("population",), POPULATION)
    recall = core.Recall(
        **head,
        **texts,
        formats=_formats(reader, parts["serials"]),
        products=_products(reader, parts["products"]),
        channels=tuple(core.Channel(**row) for row in channels),
        rules=_rules(reader, parts["rules"]),
        remedies=_remedies(reader, parts["remedies"]),
        check=core.CheckTerms(**reader.table(parts["check"], ("check",), CHECK)),
        notice=core.NoticeFacts(**reader.table(parts["notice"], ("notice",), NOTICE)),
        service=core.Service(**reader.table(parts["service"], ("service",), SERVICE)),
        evidence=core.EvidenceRule(**reader.table(parts["evidence"], ("evidence",), EVIDENCE)),
        parties=tuple(
            core.Party(**row) for row in reader.tables(parts["parties"], ("parties",), PARTY)
        ),
        population=tuple(core.Population(**row) for row in populations),
        sources=tuple(
            core.Source(**row) for row in reader.tables(parts["sources"], ("sources",), SOURCE)
        ),
    )
    return recall, total


def _formats(reader: Reader, data: dict[str, Any]) -> tuple[core.SerialFormat, ...]:
    formats = []
    for code, table in data.items():
        path: Path = ("serials", code)
        if isinstance(table, dict):
            values = reader.table(table, path, SERIALS)
            confusions = values.pop("confusions")
            keys = dict.fromkeys(confusions, WORDS)
            formats.append(
                core.SerialFormat(
                    code=code,
                    confusions=reader.table(confusions, (*path, "confusions"), keys),
                    **values,
                )
            )
        else:
            reader.table({code: table}, ("serials",), {code: Key("table")})
    return tuple(formats)


def _products(reader: Reader, data: Any) -> tuple[core.Product, ...]:
    products = []
    for number, values in enumerate(reader.tables(data, ("products",), PRODUCT)):
        path: Path = ("products", number)
        variants = reader.tables(values.pop("variants"), (*path, "variants"), VARIANT)
        aliases = reader.tables(values.pop("aliases"), (*path, "aliases"), ALIAS)
        products.append(
            core.Product(
                variants=tuple(core.Variant(**row) for row in variants),
                aliases=tuple(core.Alias(**row) for row in aliases),
                **values,
            )
        )
    return tuple(products)


def _rules(reader: Reader, data: Any) -> tuple[core.Rule, ...]:
    rules = []
    for number, values in enumerate(reader.tables(data, ("rules",), RULE)):
        path: Path = ("rules", number, "when")
        when = reader.table(values.pop("when"), path, WHEN)
        made = reader.tables(when.pop("made"), (*path, "made"), WINDOW)
        windows = tuple(core.Window(**row) for row in made)
        values |= {
            "kind": core.RuleKind(values["kind"]),
            "effect": core.Effect(values["effect"]),
            "when": core.Conditions(made=windows, **when),
        }
        rules.append(core.Rule(no=number + 1, **values))
    return tuple(rules)


def _remedies(reader: Reader, data: Any) -> tuple[core.Remedy, ...]:
    remedies = []
    for number, values in enumerate(reader.tables(data, ("remedies",), REMEDY)):
        path: Path = ("remedies", number, "compare")
        lines = reader.tables(values.pop("compare"), path, COMPARE)
        values |= {
            "amount": core.AmountRule(values["amount"]),
            "due": core.DueWhen(values["due"]),
            "compare": tuple(core.Comparison(**line) for line in lines),
        }
        remedies.append(core.Remedy(**values))
    return tuple(remedies)
