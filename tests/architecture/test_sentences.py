"""Every code that a person can meet has a sentence in three languages."""

from __future__ import annotations

import importlib
import pkgutil
import string
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

import kaishu
from kaishu.core.errors import Refusal
from kaishu.core.recall import LANGUAGES
from kaishu.core.sentences import codes
from tests.architecture.source import PACKAGE


def tables() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path in sorted((PACKAGE / "core" / "sentences").glob("*.toml")):
        for code, table in tomllib.loads(path.read_text("utf-8")).items():
            yield path.name, code, table


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def refusals() -> Iterator[type[Refusal]]:
    for module in pkgutil.walk_packages(kaishu.__path__, "kaishu."):
        if ".migrations." not in module.name and not module.name.endswith(("__main__", ".wsgi")):
            importlib.import_module(module.name)
    waiting = [Refusal]
    while waiting:
        found = waiting.pop()
        waiting += found.__subclasses__()
        if found.__module__.startswith("kaishu."):
            yield found


def test_every_refusal_has_a_code_of_its_own_and_a_sentence() -> None:
    by_code: dict[str, type[Refusal]] = {}
    for refusal in refusals():
        # A parent may share the code of one of its children; strangers may not.
        first = by_code.setdefault(refusal.code, refusal)
        assert issubclass(refusal, first), f"{first} and {refusal} share {refusal.code}"
        assert (refusal.__doc__ or "").strip(), f"{refusal} has no default message"
    missing = sorted(set(by_code) - codes())
    assert missing == [], missing


@pytest.mark.parametrize(
    ("file", "code", "table"), list(tables()), ids=lambda value: str(value)[:30]
)
def test_a_sentence_says_the_same_in_three_languages(
    file: str, code: str, table: dict[str, Any]
) -> None:
    parts = {"sentence": {k: v for k, v in table.items() if k != "next"}}
    if "next" in table:
        parts["next"] = table["next"]
    for part, texts in parts.items():
        assert set(texts) == set(LANGUAGES), f"{file}: {code}.{part}"
        assert all(text.strip() for text in texts.values()), f"{file}: {code}.{part}"
        assert len({frozenset(facts(text)) for text in texts.values()}) == 1, (
            f"{file}: {code}.{part}"
        )
