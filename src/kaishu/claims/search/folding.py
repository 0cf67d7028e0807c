"""Make equal what people write in different ways. For finding only: nothing folded is stored."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from kaishu.core.recall import SerialFormat
from kaishu.people.addresses import read_postcode

# Two spellings of one family name: what a register asks for, and what a keyboard offers first.
_VARIANTS = str.maketrans(
    "髙﨑濵濱邊邉齋齊斎澤廣國櫻瀧槇嶋嶌德惠眞與榮龍冨舘曻桒渕淵",
    "高崎浜浜辺辺斉斉斉沢広国桜滝槙島島徳恵真与栄竜富館昇桑渕渕",
)
_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_IGNORED = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Mn", "Me", "Po", "Pd", "Ps", "Pe", "Pi", "Pf"})
# The long mark of kana is a letter to Unicode; a dash and a middle dot are not.
SHORTEST_WORD = 2
LONGEST_PART = 3
FIRST_HAN = 0x3400


def name(typed: str) -> str:
    """Return a name without width, case, accents, spaces and points; katakana as hiragana."""
    wide = unicodedata.normalize("NFKC", typed).casefold()
    bare = "".join(sign for sign in unicodedata.normalize("NFD", wide) if not _is_accent(sign))
    plain = unicodedata.normalize("NFC", bare).translate(_VARIANTS).translate(_HIRAGANA)
    return "".join(sign for sign in plain if unicodedata.category(sign) not in _IGNORED)


def words(typed: str) -> list[str]:
    """Return the folded words of a name, in its order."""
    spaced = "".join(
        sign if sign.isalnum() or unicodedata.category(sign) in ("Mn", "Lm", "Cf") else " "
        for sign in unicodedata.normalize("NFKC", typed)
    )
    return [folded for word in spaced.split() if (folded := name(word))]


def name_parts(typed: str) -> frozenset[str]:
    """Return everything a name is found by: whole, each word, and how a whole CJK name begins.

    A name in kanji or kana is often written without a space: its first one to three signs are the
    family name, its last two the given name. One letter finds nobody; one Chinese character does.
    """
    whole = name(typed)
    parts = {whole, *words(typed)}
    if whole and _is_cjk(whole):
        parts |= {whole[:length] for length in range(1, LONGEST_PART + 1)}
        parts.add(whole[-SHORTEST_WORD:])
    return frozenset(part for part in parts if is_enough(part))


def is_enough(word: str) -> bool:
    """Say whether a folded word is worth looking for: two signs, or one Chinese character."""
    return len(word) >= SHORTEST_WORD or (bool(word) and ord(word) >= FIRST_HAN)


def digits(typed: str) -> str:
    """Return the digits of a telephone number, in ASCII."""
    return "".join(
        str(unicodedata.decimal(sign)) for sign in typed if unicodedata.decimal(sign, -1) >= 0
    )


def postcode(typed: str) -> str:
    """Return a postcode: seven digits of a Japanese one, otherwise its letters and digits."""
    plain = unicodedata.normalize("NFKC", typed).casefold()
    return read_postcode(typed) or "".join(sign for sign in plain if sign.isalnum())


def address(*lines: str) -> str:
    """Return an address as one run of letters and digits, with every dash as one."""
    plain = unicodedata.normalize("NFKC", "".join(lines)).casefold().translate(_VARIANTS)
    kept = (
        sign if sign.isalnum() else "-" if unicodedata.category(sign) == "Pd" else ""
        for sign in plain.translate({ord(dash): "-" for dash in "−ー‐丁番号の"})
    )
    return "".join(kept).replace("--", "-").strip("-")


def code(typed: str) -> str:
    """Return an order number or an unread serial as its letters and digits in capitals."""
    return "".join(s for s in unicodedata.normalize("NFKC", typed).upper() if s.isalnum())


def serial(typed: str, form: SerialFormat) -> str:
    """Return a part of a serial by the recall's own alphabet; "" where a sign cannot be in one.

    A look-alike becomes what the recall's own table says, and nothing else is folded.
    """
    return "".join(_serial(unicodedata.normalize("NFKC", typed), form))


def _serial(text: str, form: SerialFormat) -> Iterator[str]:
    kept: list[str] = []
    for sign in text:
        spelled = (sign, sign.swapcase()) if sign.isascii() else (sign,)
        known = next((each for each in spelled if each in form.alphabet), None)
        mended = next((form.confusions[each] for each in spelled if each in form.confusions), None)
        if (found := known or mended) is not None:
            kept.append(found)
        elif sign.isalnum():
            return
    yield from kept


def _is_accent(sign: str) -> bool:
    # The voicing marks of kana make another letter, so they stay.
    return unicodedata.category(sign) in ("Mn", "Me") and sign not in "\u3099\u309a"


def _is_cjk(text: str) -> bool:
    return all("\u3040" <= sign <= "\u9fff" or sign > "\U0001ffff" for sign in text)
