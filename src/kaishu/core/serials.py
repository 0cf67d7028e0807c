"""Read what a person typed as a serial, by the alphabet of the recall's own brand.

Nothing is folded globally: a letter that one brand does not use is another brand's letter. Only
the recall's `confusions` table may turn a character into another, and each such repair is kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from kaishu.core.codes import LONGEST_CODE, Payload, unpack
from kaishu.core.recall import SerialFormat

EMPTY = "serial_empty"
TOO_SHORT = "serial_too_short"
TOO_LONG = "serial_too_long"
CHARACTER = "serial_character"
OTHER_BRAND = "serial_other_brand"
TWO_WAYS = "serial_two_ways"
PROBLEMS = (EMPTY, TOO_SHORT, TOO_LONG, CHARACTER, OTHER_BRAND, TWO_WAYS)

LONGEST_TYPED = 200

# What makers print and people type before the serial itself, after NFKC and lower-casing.
_LABEL = re.compile(
    r"""^(?: serial\s*(?:number|code|no\.?|nr\.?|\#)? | s\s*/\s*n | s\.\s*n\.? | sn
          | シリアル\s*(?:番号|ナンバー|コード|no\.?)? | 製造番号 | 機番
          | (?:产品|商品|產品)?\s*(?:序列号码?|序列號碼?|序号|序號|sn\s*码?) )
        \s* (?:code|コード|no\.?|number|\#|码)? \s* [:;.\#=は]? \s*""",
    re.VERBOSE,
)
# What a phone's dictation writes for the gap between two groups.
_SPOKEN = re.compile(
    r"(?<!\S)(?:dash|hyphen|minus|space|blank|dot|period|comma|new\s?line)(?![^\s.,])"
    r"|ハイフン|ダッシュ|マイナス|スペース|空白|カンマ|短横线|短横|横杠|横线|空格|减号|杠",
    re.IGNORECASE,
)
# Points and quotes that dictation, a list or a sentence puts around a serial. A stroke, a star or a
# question mark stands for something that was on the label, so those are never dropped.
_PUNCTUATION = frozenset(".,;:'\"()[]_、。・「」『』“”‘’«»")
# Dashes beyond Unicode's own class: minus, the Japanese long mark (which an input method makes of
# the hyphen key), hyphen bullet, modifier minus, box line.
_GAPS = str.maketrans("", "", " -")
_MORE_DASHES = "\u2212\u30fc\u2043\u02d7\u2500"


@dataclass(frozen=True, slots=True)
class Repair:
    """One look-alike put right: at this position of the serial (from 1), `was` became `now`."""

    at: int
    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.at}: {self.was} → {self.now}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: a serial, or the code of the problem with the facts its sentence needs.

    `payload` is what else a scanned code said of the unit.
    """

    typed: str
    serial: str | None
    repaired: tuple[Repair, ...] = ()
    problem: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    payload: Payload | None = None


def read(typed: str, form: SerialFormat) -> Reading:
    """Return the one serial that this text can mean, or why there is none.

    A label before the serial ("S/N:", "シリアル番号") and a spoken gap ("dash", "ハイフン") are
    dropped. Where the text fits the format both with and without them ("SN…"), nobody may choose,
    so it is a problem. A scanned code (GS1, QR) is read as the serial in it.
    """
    if _is_plain(typed, form):
        return Reading(typed, typed)
    text = unicodedata.normalize("NFKC", typed[: LONGEST_CODE + 1])
    if (payload := unpack(text)) is not None:
        return _of_code(typed, text, payload, form)
    if len(typed) > LONGEST_TYPED:
        facts = {"length": str(len(typed)), "lengths": _lengths(form)}
        return Reading(typed, None, problem=TOO_LONG, facts=facts)
    text = text.strip()
    readings = [_read_bare(typed, each, form) for each in _wordings(text)]
    found = {each.serial: each for each in reversed(readings) if each.serial is not None}
    if len(found) > 1:
        one, other, *_ = reversed(found)
        return Reading(typed, None, problem=TWO_WAYS, facts={"one": one, "other": other})
    return next(iter(found.values()), readings[-1])


def read_plainly(typed: str, form: SerialFormat) -> str | None:
    """Return the serial where the text is one but for case, spaces and hyphens, else None.

    None says nothing: then ask `read`. What is returned here `read` returns too, without a repair.
    """
    if _is_plain(typed, form):
        return typed
    if not typed.isascii() or len(typed) > LONGEST_TYPED or not _is_capital(form.alphabet):
        return None
    bare = typed.translate(_GAPS).upper()
    if not bare.isalnum() or bare[0] == "S" or bare.startswith("01") or _SPOKEN.search(typed):
        return None
    return bare if _is_plain(bare, form) else None


@lru_cache(maxsize=64)
def _is_capital(alphabet: str) -> bool:
    """Say whether an alphabet has no small letter, no hyphen and no space to keep."""
    return alphabet.isascii() and alphabet.isalnum() and alphabet.upper() == alphabet


def _of_code(typed: str, text: str, payload: Payload, form: SerialFormat) -> Reading:
    """Read the serial that a scanned code holds; a text that fits either way is not chosen from."""
    reading = _read_bare(typed, payload.serial, form)
    whole = _read_bare(typed, text.strip(), form)
    if whole.serial is None or whole.serial == reading.serial:
        return replace(reading, payload=payload)
    if reading.serial is None:
        return whole
    facts = {"one": whole.serial, "other": reading.serial}
    return Reading(typed, None, problem=TWO_WAYS, facts=facts)


def _wordings(text: str) -> list[str]:
    """Return what may be meant: the text as it stands, then without its label and spoken gaps."""
    wordings = [text]
    label = _LABEL.match(text.lower())
    if label is not None and len(text.lower()) == len(text):
        wordings.append(text[label.end() :])
    return wordings + [bare for each in wordings if (bare := _SPOKEN.sub(" ", each)) != each]


def _is_plain(typed: str, form: SerialFormat) -> bool:
    """Say whether a text is a serial as it stands: the common case, and the quick way."""
    return (
        len(typed) in form.lengths
        and typed[0] not in "Ss"
        and not typed.strip(form.alphabet)
        and typed.startswith(form.prefix)
    )


def _read_bare(typed: str, text: str, form: SerialFormat) -> Reading:
    """Read a text that has no label in front."""
    letters: list[str] = []
    repaired: list[Repair] = []
    for character in text:
        if (kept := _in_alphabet(character, form)) is not None:
            letters.append(kept)
        elif _is_separator(character):
            continue
        elif (repair := _repair(len(letters) + 1, character, form)) is not None:
            letters.append(repair.now)
            repaired.append(repair)
        else:
            facts = {"character": character, "at": str(len(letters) + 1)}
            return Reading(typed, None, problem=CHARACTER, facts=facts)
    return _checked(typed, "".join(letters), tuple(repaired), form)


def _checked(typed: str, serial: str, repaired: tuple[Repair, ...], form: SerialFormat) -> Reading:
    """Hold a serial against the lengths and the prefix of its format."""
    if not serial:
        return Reading(typed, None, problem=EMPTY)
    if len(serial) not in form.lengths:
        problem = TOO_LONG if len(serial) > max(form.lengths) else TOO_SHORT
        facts = {"length": str(len(serial)), "lengths": _lengths(form)}
        return Reading(typed, None, problem=problem, facts=facts)
    if not serial.startswith(form.prefix):
        return Reading(typed, None, problem=OTHER_BRAND, facts={"prefix": form.prefix})
    return Reading(typed, serial, repaired)


def _in_alphabet(character: str, form: SerialFormat) -> str | None:
    """Return the alphabet's own form of a character; only ASCII letters change case."""
    if character in form.alphabet:
        return character
    if character.isascii() and (other := character.swapcase()) in form.alphabet:
        return other
    if "-" in form.alphabet and _is_dash(character):
        return "-"
    return None


def _repair(at: int, character: str, form: SerialFormat) -> Repair | None:
    """Return the repair that the recall's own table allows, or None."""
    spellings = (character, character.swapcase()) if character.isascii() else (character,)
    for was in spellings:
        if (now := form.confusions.get(was)) is not None:
            return Repair(at, was, now)
    return None


def _is_dash(character: str) -> bool:
    return unicodedata.category(character) == "Pd" or character in _MORE_DASHES


def _is_separator(character: str) -> bool:
    """Say whether a character only groups: spaces, controls, invisible marks, points, dashes."""
    return (
        unicodedata.category(character) in {"Zs", "Zl", "Zp", "Cc", "Cf"}
        or character in _PUNCTUATION
        or _is_dash(character)
    )


def _lengths(form: SerialFormat) -> str:
    """Return the allowed lengths for a sentence: "16" or "9 / 10"."""
    return " / ".join(str(length) for length in sorted(form.lengths))
