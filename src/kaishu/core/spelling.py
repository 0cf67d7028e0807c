"""Say a serial or a number sign by sign, as it is read out on the telephone in three languages."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from kaishu.core.recall import LANGUAGES

GROUP = 4


def signs(text: str, language: str) -> tuple[str, ...]:
    """Return how each sign of a text is said; a sign that has no word is said as it is."""
    table = _tables()[language if language in LANGUAGES else "en"]
    return tuple(_said(sign, table) for sign in text if not sign.isspace())


def spell(text: str, language: str) -> str:
    """Return a text as it is read out: sign by sign, with a longer pause after each four."""
    table = _tables()[language if language in LANGUAGES else "en"]
    said = signs(text, language)
    groups = (said[start : start + GROUP] for start in range(0, len(said), GROUP))
    return " / ".join(table["gap"].join(group) for group in groups)


def _said(sign: str, table: Mapping[str, Any]) -> str:
    if sign.isascii() and sign.isdigit():
        return str(table["digits"][int(sign)])
    if word := table["letters"].get(sign.upper()):
        return str(table["letter"]).format(sign=sign, word=word)
    return str(table["dash"]) if sign == "-" else sign


@lru_cache(maxsize=1)
def _tables() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files("kaishu.core").joinpath("spelling.toml").read_text("utf-8"))
