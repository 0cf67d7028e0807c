"""What the rules of a product see in many serials at once: for long lists, in the same words.

An outcome rests on nothing else in a serial than on what its rules select (`Scope.signature`). So
of many serials only their signatures are worked out, lists by `Section.find_many`, and each
different one is answered once.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from kaishu.core.coding import as_keys
from kaishu.core.pack import Pack
from kaishu.core.recall import Product, RuleKind
from kaishu.core.scope import alike_codes, other_lists
from kaishu.core.selectors import SELECTORS, Selector

FEW = 16  # below it the preparation costs more than it saves
_BITS = 60  # lists whose answers stand in one number


class Signatures:
    """The rules of one product in one edition, asked about serials in normal form."""

    def __init__(self, pack: Pack, product: Product) -> None:
        form = pack.recall.serial_format(product)
        rules = [rule for rule in pack.recall.rules if rule.product == product.model]
        self._one = pack.scopes[product.model].signature()
        lists = [rule.no for rule in rules if rule.kind is RuleKind.LIST]
        if form.unit_unique:
            lists += [rule.no for rule in other_lists(pack.recall, product.model)]
        self._lists = [pack.index.section(no).find_many for no in lists]
        others = dict.fromkeys(
            rule.kind
            for rule in rules
            if rule.kind in SELECTORS and rule.kind not in (RuleKind.LIST, RuleKind.MODEL)
        )
        self._others: list[Selector] = [
            SELECTORS[kind]([rule for rule in rules if rule.kind is kind], form, {})
            for kind in others
        ]
        if (alike := alike_codes(rules, form)) is not None:
            self._others.append(alike)
        self._safe = [rule.safe_endings for rule in rules if rule.kind is RuleKind.TAIL]

    def one(self, serial: str) -> Hashable:
        """Return what the rules see in one serial. Not to be compared with those of `many`."""
        return self._one(serial)

    def many(self, serials: Sequence[str]) -> list[Hashable]:
        """Return the same for each of many: where equal, so is the outcome."""
        seen: list[Sequence[Hashable]] = [
            [select(serial) for serial in serials] for select in self._others
        ]
        seen += [[serial.endswith(safe) for serial in serials] for safe in self._safe]
        if self._lists:
            keys = as_keys([serial.encode() for serial in serials])
            hits = [find_many(keys) != 0 for find_many in self._lists]
            for start in range(0, len(hits), _BITS):
                word = np.zeros(len(serials), np.int64)
                for place, hit in enumerate(hits[start : start + _BITS]):
                    word |= hit.astype(np.int64) << place
                seen.append(word.tolist())
        if len(seen) == 1:
            return list(seen[0])
        return list(zip(*seen, strict=True)) if seen else [()] * len(serials)
