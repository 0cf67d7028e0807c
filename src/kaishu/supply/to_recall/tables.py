"""Put what a trace found into the tables of a recall file; everything else stays as it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kaishu.core.recall import LANGUAGES, Effect, RuleKind, SerialFormat
from kaishu.supply.models import Item
from kaishu.supply.to_recall.pools import Holder, Share

Data = dict[str, Any]
ROLES = ("maker", "distributor", "retailer")
DIGITS = "0123456789"


def format_of(code: str, serials: Iterable[str]) -> SerialFormat:
    """Return the format that serials seem to be written in: their lengths, and each character that
    occurs. Digits are always in it, whichever of them occurred so far."""
    seen = list(serials)
    letters = {letter for serial in seen for letter in serial} - set(DIGITS)
    return SerialFormat(
        code=code,
        alphabet=DIGITS + "".join(sorted(letters)),
        lengths=tuple(sorted({len(serial) for serial in seen})),
    )


def with_format(data: Data, form: SerialFormat) -> Data:
    """Return the recall file with a format of serials, where it has none of that name."""
    formats = dict(data.get("serials", {}))
    said = {"alphabet": form.alphabet, "lengths": list(form.lengths)}
    return {**data, "serials": {form.code: said, **formats}}


def with_product(data: Data, item: Item, form: str) -> Data:
    """Return the recall file with a product of this item's model, as far as it is known."""
    products = list(data.get("products", []))
    if any(row.get("model") == item.model for row in products):
        return data
    name = dict.fromkeys(LANGUAGES, item.name)
    made = {"model": item.model, "name": name, "units": 0, "serial_format": form}
    return {**data, "products": [*products, made]}


def with_rules(data: Data, model: str, rules: Sequence[Data], *, replaces: bool) -> Data:
    """Return the recall file with new rules of a model behind those that stay."""
    old = data.get("rules", [])
    kept = [row for row in old if not (replaces and row.get("product") == model and _goes(row))]
    return {**data, "rules": [*kept, *rules]}


def with_population(
    data: Data,
    model: str,
    found: Counter[Share],
    parties: Mapping[str, Holder],
    *,
    replaces: bool,
) -> Data:
    """Return the recall file with the units of a model by pool, and every sum that follows.

    Where the rules join those that are there, so do the units: they are added to whatever a draft
    says, also where its sums do not hold yet.
    """
    total = Counter(found)
    others = []
    for row in data.get("population", []):
        if row.get("product") != model:
            others.append(row)
        elif not replaces:
            total[Share(row["pool"], row["account"], row.get("party", ""))] += row["quantity"]
    rows = [
        {
            "product": model,
            "pool": share.pool,
            "account": share.account,
            **({"party": share.party} if share.party else {}),
            "quantity": units,
        }
        for share, units in sorted(total.items())
        if units > 0
    ]
    changed = {**data, "population": [*others, *rows]}
    more = None if replaces else sum(found.values())
    return _summed(_with_parties(changed, parties), model, sum(total.values()), more)


def _with_parties(data: Data, parties: Mapping[str, Holder]) -> Data:
    old = data.get("parties", [])
    known = {row.get("code") for row in old}
    new = [
        {
            "code": code,
            "role": holder.role if holder.role in ROLES else "maker",
            "name": dict.fromkeys(LANGUAGES, holder.name),
        }
        for code, holder in sorted(parties.items())
        if code not in known
    ]
    return {**data, "parties": [*old, *new]} if new else data


def _summed(data: Data, model: str, units: int, more: int | None) -> Data:
    """Return a file with a model's units as they are now, or with `more` of them."""
    head, products = data.get("recall", {}), []
    for row in data.get("products", []):
        mine = row.get("model") == model
        now = units if more is None else _whole(row.get("units")) + more
        products.append({**row, "units": now} if mine else row)
    total = sum(_whole(row.get("units")) for row in products)
    if more is not None:
        total = max(total, _whole(head.get("units")) + more)
    return {**data, "products": products, "recall": {**head, "units": total}}


def _whole(said: Any) -> int:
    """Return a number that somebody typed; a draft may hold anything."""
    return said if isinstance(said, int) else 0


def _goes(row: Mapping[str, Any]) -> bool:
    """Say of a rule's table what `against.goes` says of a rule."""
    named = row.get("kind", RuleKind.MODEL.value) != RuleKind.UNLABELLED.value
    return named and row.get("effect", Effect.INCLUDE.value) == Effect.INCLUDE.value
