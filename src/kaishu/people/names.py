"""Check a name without changing a byte of it, and the kana that a Japanese bank asks for.

A name is whatever a person's papers say: rare characters, variants, middle dots, one letter. Only
what no paper can print is refused. Kana is another matter: a transfer record holds one byte for
each sign and knows few of them, so it is converted, and what cannot be is named.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

LONGEST_NAME = 100
LONGEST_KANA = 30

EMPTY = "name_empty"
TOO_LONG = "name_has_too_many_characters"
CONTROL = "name_control"
BROKEN = "name_broken"
KANA_EMPTY = "kana_empty"
KANA_KANJI = "kana_kanji"
KANA_CHARACTER = "kana_character"
PROBLEMS = (EMPTY, TOO_LONG, CONTROL, BROKEN, KANA_EMPTY, KANA_KANJI, KANA_CHARACTER)

# Signs that turn the direction of writing can make a name read as another one.
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINES = frozenset({"Cc", "Zl", "Zp"})

# What a transfer record writes instead: no small kana, no long mark, no old letters.
_LARGE = str.maketrans(
    "ァィゥェォャュョッヮヵヶヰヱヲー‐‑‒–—−―、。・〜",
    "アイウエオヤユヨツワカケイエオ--------,. -",
)
_ALLOWED = frozenset(
    " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ().,-/｢｣ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ"
)


@dataclass(frozen=True, slots=True)
class NameCheck:
    """What a check found: no `problem`, or its code with the facts of its sentence."""

    problem: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BankKana:
    """A name as a Japanese transfer record writes it (`half`), or why it cannot."""

    half: str
    problem: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


def check_name(typed: str) -> NameCheck:
    """Check one name field: something visible, at most 100 characters as people count them."""
    if not any(_is_visible(char) for char in typed):
        return NameCheck(EMPTY)
    if any(unicodedata.category(char) in _LINES or char in _TURNING for char in typed):
        return NameCheck(CONTROL)
    if any(char == "\ufffd" or unicodedata.category(char) == "Cs" for char in typed):
        return NameCheck(BROKEN)
    length = count_characters(typed)
    if length > LONGEST_NAME:
        return NameCheck(TOO_LONG, {"length": str(length), "limit": str(LONGEST_NAME)})
    return NameCheck()


def count_characters(text: str) -> int:
    """Count characters as a reader does: a variant sign or an accent belongs to what it marks."""
    return sum(1 for char in text if not _belongs_to_the_last(char))


def bank_kana(typed: str) -> BankKana:
    """Write a name in the kana of a transfer record: half width, capitals, at most 30 signs.

    Hiragana, full width and small letters are converted; a longer name is cut, as banks do.
    Source: general transfer record (総合振込), payee name C30, JIS X 0201 single bytes.
    """
    import jaconv

    if not typed.strip():
        return BankKana("", KANA_EMPTY)
    whole = jaconv.hira2kata(unicodedata.normalize("NFKC", typed)).upper().translate(_LARGE)
    half = jaconv.z2h(whole, kana=True, ascii=True, digit=True)
    half = " ".join(half.split())
    for char in half:
        if char not in _ALLOWED:
            kanji = "CJK" in unicodedata.name(char, "")
            return BankKana("", KANA_KANJI if kanji else KANA_CHARACTER, {"character": char})
    if not any(unicodedata.category(char) in {"Lo", "Lu"} for char in half):
        return BankKana("", KANA_EMPTY)
    return BankKana(half[:LONGEST_KANA].rstrip())


def _is_visible(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) not in {"Cc", "Cf", "Mn", "Zs"}


def _belongs_to_the_last(char: str) -> bool:
    return unicodedata.category(char) in {"Mn", "Me", "Cf"}
