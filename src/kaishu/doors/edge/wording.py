"""The words of the pages: the same catalogue parts that every other page is translated from.

The parts are read as plain data when the server starts; the English of a page is its message.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from kaishu.core.recall import LANGUAGES
from kaishu.core.words import WORDS

PACKAGE = Path(__file__).resolve().parent.parent.parent
# Path prefix -> tag of a language -> its own name, in the order of the language switch.
TAGS = {"ja": "ja", "zh-hans": "zh-Hans", "en": "en"}
NAMES = {"ja": "日本語", "zh-hans": "简体中文", "en": "English"}
assert set(TAGS.values()) == set(LANGUAGES)

Catalogue = Mapping[tuple[str, str], Mapping[str, str]]


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return every message by context and English, with its translations by tag."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for part in sorted((PACKAGE / "base" / "locale" / "parts").glob("*.toml")):
        for row in tomllib.loads(part.read_text("utf-8")).get("message", []):
            key = (row.get("context", ""), row["msgid"])
            found[key] = {"ja": row["ja"], "zh-Hans": row["zh_Hans"]}
    return found


def translated(message: str, tag: str, context: str = "") -> str:
    """Return a message in a language; English where no translation is there."""
    row = catalogue().get((context, message))
    return message if row is None else row.get(tag, message)


def word(code: str, tag: str) -> str:
    """Say a closed code, such as a colour; a code without a word is shown as it is."""
    message = WORDS.get(code) or WORDS.get(code.lower())
    return translated(message, tag, "word") if message else code


def phrased(text: str) -> str:
    """Mark as HTML where a Japanese heading may break, as `base.phrases` does."""
    return whole_phrases(broken(text))


def whole_phrases(inside: str) -> str:
    """Wrap a heading whose breaks are marked."""
    return f'<span class="phrased">{inside}</span>'


@lru_cache(maxsize=2048)
def broken(text: str) -> str:
    """Return text as HTML with its breaks marked."""
    parts = _parser().parse(text) if text.strip() else [text]
    return "<wbr>".join(escape(part) for part in parts)


@lru_cache(maxsize=1)
def _parser() -> Any:
    import budoux

    return budoux.load_default_japanese_parser()


@lru_cache(maxsize=16)
def time_zone(market: str) -> str:
    """Return the name of a market's clock from the market's own data; UTC where it has none."""
    file = PACKAGE / "markets" / market.lower() / "market.toml"
    if not market.isalpha() or not file.is_file():
        return "UTC"
    return str(tomllib.loads(file.read_text("utf-8"))["market"]["time_zone"])
