"""What a field may be chosen from: closed words, and what other sections of the draft name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kaishu.base import language, words
from kaishu.core.recall import say
from kaishu.doors.console.recalls.words import choice_word
from kaishu.editions.drafting.sections import Path
from kaishu.editions.reading import Key
from kaishu.markets import CODES, load_market

Options = list[tuple[str, str]]


class Choices:
    """Answers for one draft; `data` are the tables of its recall file, `files` its file names."""

    def __init__(self, data: Mapping[str, Any], files: Mapping[str, Any]) -> None:
        self.data = data
        self.files = files

    def of(self, name: str, key: Key, path: Path) -> Options | None:
        """Return the options of a field (its name without row numbers); None where it is free."""
        if key.choices:
            return [(str(code), choice_word(name, str(code))) for code in key.choices if code]
        maker = _MAKERS.get(name)
        return maker(self, path) if maker else None

    def models(self, _path: Path) -> Options:
        """Return the models of the products section."""
        return _same(row.get("model") for row in self._rows("products"))

    def formats(self, _path: Path) -> Options:
        """Return the names of the serial formats."""
        tables = self.data.get("serials")
        return _same(tables if isinstance(tables, dict) else ())

    def parties(self, _path: Path) -> Options:
        """Return the codes of the parties."""
        return _same(row.get("code") for row in self._rows("parties"))

    def lists(self, _path: Path) -> Options:
        """Return the serial lists that were uploaded."""
        return _same(name for name in self.files if name.startswith("serials/"))

    def pictures(self, _path: Path) -> Options:
        """Return the drawings that were uploaded."""
        prefix = "pictures/"
        return _same(
            name.removeprefix(prefix) for name in sorted(self.files) if name.startswith(prefix)
        )

    def markets(self, _path: Path) -> Options:
        """Return the markets by their names."""
        return [(code, say(load_market(code).name, language.tag())) for code in CODES]

    def colours(self, path: Path) -> Options:
        """Return the colours of the product that a rule is about."""
        found = (variant.get("colour") for variant in self._variants(path))
        return [(code, words.word(code)) for code, _word in _same(found)]

    def variants(self, path: Path) -> Options:
        """Return the item codes of the product that a rule is about."""
        return _same(variant.get("code") for variant in self._variants(path))

    def channels(self, _path: Path) -> Options:
        """Return the shops that the draft names."""
        return _same(row.get("code") for row in self._rows("channels"))

    def _variants(self, path: Path) -> list[dict[str, Any]]:
        rules = self._rows("rules")
        number = path[1] if len(path) > 1 and isinstance(path[1], int) else 0
        model = rules[number].get("product") if number < len(rules) else None
        return [
            variant
            for row in self._rows("products")
            if row.get("model") == model and isinstance(row.get("variants"), list)
            for variant in row["variants"]
            if isinstance(variant, dict)
        ]

    def _rows(self, name: str) -> list[dict[str, Any]]:
        rows = self.data.get(name)
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _same(codes: Any) -> Options:
    named = dict.fromkeys(code for code in codes if isinstance(code, str) and code)
    return [(code, code) for code in named]


_MAKERS: Mapping[str, Callable[[Choices, Path], Options]] = {
    "recall.market": Choices.markets,
    "products.serial_format": Choices.formats,
    "products.picture": Choices.pictures,
    "products.model_picture": Choices.pictures,
    "products.serial_picture": Choices.pictures,
    "rules.product": Choices.models,
    "rules.file": Choices.lists,
    "rules.when.colours": Choices.colours,
    "rules.when.not_colours": Choices.colours,
    "rules.when.variants": Choices.variants,
    "rules.when.not_variants": Choices.variants,
    "rules.when.channels": Choices.channels,
    "rules.when.not_channels": Choices.channels,
    "rules.when.markets": Choices.markets,
    "remedies.products": Choices.models,
    "remedies.compare.products": Choices.models,
    "population.product": Choices.models,
    "population.party": Choices.parties,
}
