"""Names of things as EPCIS events write them: EPC URNs, GS1 Digital Links, a company's own URIs.

Both GS1 forms of one key give one code (`things`). A company's own URI keeps its whole text in the
code, so that two companies never meet by accident; where they want to meet, the path of the URI is
our own form: https://supplier.example/x/item/CELL-18650/lot/L77 is /x/item/CELL-18650/lot/L77.
Sources: GS1 EPC Tag Data Standard 2.0 (URNs), GS1 Digital Link URI syntax 1.5, GS1 General
Specifications (lengths, check digits, characters).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote

from kaishu.core.errors import Refusal
from kaishu.core.genealogy import things
from kaishu.core.genealogy.things import Kind

LONGEST = 500
# GS1 General Specifications, figure 7.11-1 (82 characters) and 7.11-2 (39 characters).
_82 = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+")
# What stands in a URN as it is; every other of the 82 is escaped (TDS 2.0, table A-1).
_IN_URN = re.compile(r"(?:[!'()*+,\-.0-9:;=A-Z_a-z]|%[0-9A-Fa-f]{2})+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s\x00-\x20\x7f<>\"{}|\\^`]+")
_DIGITS = re.compile(r"[0-9]+")
_LINK = re.compile(r"https?://([^/?#]+)(/[^?#]*)", re.IGNORECASE)
_KEY = re.compile(r"/(00|01|8003|8004|414|417)/([^/]+)((?:/[^/]+/[^/]+)*)")
_OWN_FORM = re.compile(r"/x/(?:item/[^/]+(?:/(?:lot|unit)/[^/]+)?|(?:box|party|place)/[^/]+)\Z")
_RESOLVER = "id.gs1.org"
_TOLD_LOT = re.compile(r"(.+)/lot/([^/]+)\Z")


class NameUnread(Refusal):
    """This is no URI that names a thing."""

    code = "epc_form"


class CheckDigitWrong(Refusal):
    """The check digit does not fit the number."""

    code = "epc_check_digit"


class LengthWrong(Refusal):
    """A key of this kind has another number of characters."""

    code = "epc_length"


class CharactersWrong(Refusal):
    """A serial or lot holds a character that GS1 does not allow there."""

    code = "epc_characters"


class PatternWide(Refusal):
    """This pattern stands for more than one class."""

    code = "epc_pattern"


@dataclass(frozen=True, slots=True)
class Name:
    """One thing that was named.

    `owner` is what company prefixes are compared with: the digits of a GS1 key from its company
    prefix on, our own code where the URI ends in one, else the URI. `lot` is the code of the lot
    where the name of a unit tells it too.
    """

    code: str
    kind: Kind
    owner: str
    lot: str = ""


def thing(text: str, of_class: bool = False) -> Name:
    """Return what a URI names; `of_class` where a company's own URI stands for a class or a lot.

    Raises NameUnread, CheckDigitWrong, LengthWrong, CharactersWrong, PatternWide.
    """
    return _gs1(text) or _own(_checked(text), of_class)


@lru_cache(maxsize=200_000)
def _gs1(text: str) -> Name | None:
    """Return what a GS1 name names, or None where the URI is a company's own."""
    return _urn(text) if text.startswith("urn:epc:") else _linked(text)


@lru_cache(maxsize=10_000)
def place(text: str) -> str:
    """Return the code of a place: a GLN with or without extension, or a URI of one's own."""
    return _of_kind(text, Kind.PLACE, "place")


@lru_cache(maxsize=10_000)
def party(text: str) -> str:
    """Return the code of a party; one that is named by the GLN of its place is that GLN's party."""
    found = _of_kind(text, Kind.PARTY, "party")
    return f"/417/{found.split('/')[2]}" if found.startswith("/414/") else found


def _of_kind(text: str, kind: Kind, word: str) -> str:
    if text.startswith(("urn:epc:id:sgln:", "urn:epc:id:pgln:")):
        return _urn(text).code
    if not text.startswith("urn:epc:") and (linked := _gs1(text)):
        if linked.kind in (Kind.PLACE, Kind.PARTY):
            return linked.code
        raise NameUnread(name=text[:LONGEST])
    code = _own_code(_checked(text))
    return code if code.startswith(f"/x/{word}/") else things.own(word, text)


def _checked(text: str) -> str:
    if len(text) > LONGEST:
        raise LengthWrong(name=text[:80])
    if not _URI.fullmatch(text) or text.lower().startswith("urn:epc:"):
        raise NameUnread(name=text)
    return text


# --- EPC URNs


def _urn(text: str) -> Name:
    head, _, rest = text[len("urn:epc:") :].partition(":")
    scheme, _, value = rest.partition(":")
    if len(text) > LONGEST:
        raise LengthWrong(name=text[:80])
    parts = value.split(".")
    if head == "idpat":
        return _pattern(text, scheme, parts)
    known = _SCHEMES.get((head, scheme))
    if known is not None and len(parts) >= 2:
        return known(text, parts)
    if head != "id" or not scheme.isalnum() or not _IN_URN.fullmatch(value.replace("/", "%2F")):
        raise NameUnread(name=text)
    stem, _, last = text.rpartition(".")
    return Name(things.unit(things.item(stem or text), last), Kind.UNIT, parts[0])


def _pattern(text: str, scheme: str, parts: list[str]) -> Name:
    if scheme == "sgtin" and len(parts) == 3 and parts[2] == "*":
        if "*" in parts[:2]:
            raise PatternWide(name=text)
        gtin = _gtin(text, parts[0], parts[1])
        return Name(f"/01/{gtin}", Kind.ITEM, gtin[1:])
    if parts.count("*") != 1 or parts[-1] != "*" or not scheme.isalnum():
        raise PatternWide(name=text)
    return Name(things.item(text[:-2]), Kind.ITEM, parts[0])


def _sgtin(text: str, parts: list[str]) -> Name:
    gtin = _gtin(text, parts[0], parts[1])
    serial = _word(text, ".".join(parts[2:]), 20)
    return Name(f"/01/{gtin}/21/{_safe(serial)}", Kind.UNIT, gtin[1:])


def _lgtin(text: str, parts: list[str]) -> Name:
    gtin = _gtin(text, parts[0], parts[1])
    number = _word(text, ".".join(parts[2:]), 20)
    return Name(f"/01/{gtin}/10/{_safe(number)}", Kind.LOT, gtin[1:])


def _sscc(text: str, parts: list[str]) -> Name:
    prefix, serial = _numbers(text, parts, 17)
    body = serial[0] + prefix + serial[1:]
    return Name(f"/00/{body}{_check_digit(body)}", Kind.BOX, body[1:])


def _grai(text: str, parts: list[str]) -> Name:
    prefix, kind = _numbers(text, parts[:2], 12)
    body = prefix + kind
    serial = _word(text, ".".join(parts[2:]), 16)
    code = f"/8003/0{body}{_check_digit(body)}/{_safe(serial)}"
    return Name(code, Kind.BOX, body)


def _giai(text: str, parts: list[str]) -> Name:
    prefix, asset = parts[0], _word(text, ".".join(parts[1:]), 24)
    _prefix(text, prefix)
    if len(prefix) + len(asset) > 30:
        raise LengthWrong(name=text)
    return Name(f"/8004/{_safe(prefix + asset)}", Kind.UNIT, prefix)


def _sgln(text: str, parts: list[str]) -> Name:
    prefix, location = _numbers(text, parts[:2], 12)
    body = prefix + location
    gln = body + _check_digit(body)
    extension = _word(text, ".".join(parts[2:]) or "0", 20)
    tail = "" if extension == "0" else f"/254/{_safe(extension)}"
    return Name(f"/414/{gln}{tail}", Kind.PLACE, body)


def _pgln(text: str, parts: list[str]) -> Name:
    prefix, number = _numbers(text, parts, 12)
    body = prefix + number
    return Name(f"/417/{body}{_check_digit(body)}", Kind.PARTY, body)


_SCHEMES: dict[tuple[str, str], Callable[[str, list[str]], Name]] = {
    ("id", "sgtin"): _sgtin,
    ("class", "lgtin"): _lgtin,
    ("id", "sscc"): _sscc,
    ("id", "grai"): _grai,
    ("id", "giai"): _giai,
    ("id", "sgln"): _sgln,
    ("id", "pgln"): _pgln,
}


def _gtin(text: str, prefix: str, reference: str) -> str:
    _numbers(text, [prefix, reference], 13)
    body = reference[:1] + prefix + reference[1:]
    return body + _check_digit(body)


def _numbers(text: str, parts: list[str], length: int) -> tuple[str, str]:
    if len(parts) != 2:
        raise NameUnread(name=text)
    prefix, rest = parts
    _prefix(text, prefix)
    if rest and not (rest.isascii() and rest.isdigit()):
        raise CharactersWrong(name=text)
    # A company prefix of 12 digits leaves none for a location, a party or an asset type.
    if len(prefix) + len(rest) != length or (length != 12 and not rest):
        raise LengthWrong(name=text)
    return prefix, rest


def _prefix(text: str, prefix: str) -> None:
    if not (prefix.isascii() and prefix.isdigit()):
        raise CharactersWrong(name=text)
    if not 6 <= len(prefix) <= 12:
        raise LengthWrong(name=text)


def _word(text: str, escaped: str, longest: int) -> str:
    if escaped.isalnum() and escaped.isascii() and len(escaped) <= longest:
        return escaped
    if not _IN_URN.fullmatch(escaped):
        raise CharactersWrong(name=text)
    return _plain(text, unquote(escaped), longest)


def _safe(word: str) -> str:
    return word if word.isalnum() and word.isascii() else quote(word, safe="")


def _plain(text: str, word: str, longest: int) -> str:
    if not _82.fullmatch(word):
        raise CharactersWrong(name=text)
    if len(word) > longest:
        raise LengthWrong(name=text)
    return word


@lru_cache(maxsize=50_000)
def _check_digit(body: str) -> str:
    from biip.checksums import gs1_standard_check_digit  # a quarter second, once

    return str(gs1_standard_check_digit(body))


# --- GS1 Digital Links


def _linked(text: str) -> Name | None:
    """Return what a GS1 Digital Link names, or None where the URI is a company's own."""
    link = _LINK.fullmatch(text.partition("?")[0].partition("#")[0])
    if link is None:
        return None
    for found in _KEY.finditer(link[2]):
        key, value, rest = found.groups()
        whole = found.end() == len(link[2])
        if whole and (key == "8004" or _DIGITS.match(value)):
            return _keyed(text, key, unquote(value), rest.split("/")[1:])
    if link[1].lower() == _RESOLVER:
        raise NameUnread(name=text[:LONGEST])
    return None


def _keyed(text: str, key: str, value: str, rest: list[str]) -> Name:
    more = {rest[n]: unquote(rest[n + 1]) for n in range(0, len(rest), 2)}
    if set(more) - _QUALIFIERS[key]:
        raise NameUnread(name=text)
    if key == "8004":
        return Name(f"/8004/{_safe(_plain(text, value, 30))}", Kind.UNIT, value)
    if key == "8003":
        return _asset(text, value)
    lengths = {"00": (18,), "01": (8, 12, 13, 14), "414": (13,), "417": (13,)}[key]
    _verify(text, value, lengths)
    if key == "01":
        return _item(text, value.zfill(14), more)
    if key == "414" and more.get("254", "0") != "0":
        tail = _safe(_plain(text, more["254"], 20))
        return Name(f"/414/{value}/254/{tail}", Kind.PLACE, value)
    kind = {"00": Kind.BOX, "414": Kind.PLACE, "417": Kind.PARTY}[key]
    return Name(f"/{key}/{value}", kind, value[1:] if key == "00" else value)


_QUALIFIERS = {
    "00": frozenset[str](),
    "01": frozenset({"22", "10", "21"}),
    "8003": frozenset[str](),
    "8004": frozenset[str](),
    "414": frozenset({"254"}),
    "417": frozenset[str](),
}


def _item(text: str, gtin: str, more: dict[str, str]) -> Name:
    number = _plain(text, more["10"], 20) if "10" in more else ""
    lot = f"/01/{gtin}/10/{_safe(number)}" if number else ""
    if "21" in more:
        serial = _plain(text, more["21"], 20)
        return Name(f"/01/{gtin}/21/{_safe(serial)}", Kind.UNIT, gtin[1:], lot)
    return Name(lot, Kind.LOT, gtin[1:]) if lot else Name(f"/01/{gtin}", Kind.ITEM, gtin[1:])


def _asset(text: str, value: str) -> Name:
    number, serial = value[:14], value[14:]
    _verify(text, number, (14,))
    if not number.startswith("0"):
        raise NameUnread(name=text)
    if not serial:
        return Name(things.item(f"urn:epc:idpat:grai:{number[1:13]}"), Kind.ITEM, number[1:])
    code = f"/8003/{number}/{_safe(_plain(text, serial, 16))}"
    return Name(code, Kind.BOX, number[1:])


def _verify(text: str, number: str, lengths: tuple[int, ...]) -> None:
    if not (number.isascii() and number.isdigit()):
        raise CharactersWrong(name=text)
    if len(number) not in lengths:
        raise LengthWrong(name=text)
    if _check_digit(number[:-1]) != number[-1]:
        raise CheckDigitWrong(name=text, expected=_check_digit(number[:-1]))


# --- a company's own URIs


def _own(text: str, of_class: bool) -> Name:
    if code := _own_code(text):
        return Name(code, things.kind_of(code), code)
    if of_class:
        if told := _TOLD_LOT.fullmatch(text):
            return Name(things.lot(things.item(told[1]), unquote(told[2])), Kind.LOT, text)
        return Name(things.item(text), Kind.ITEM, text)
    cut = max(text.rfind(sign) for sign in "/:#.") + 1
    stem, last = (text[: cut - 1], text[cut:]) if 0 < cut < len(text) else (text, text)
    return Name(things.unit(things.item(stem), unquote(last)), Kind.UNIT, text)


def _own_code(text: str) -> str:
    """Return the code that the path of a URI ends in, or "" where it ends in none."""
    found = _OWN_FORM.search(text.partition("?")[0].partition("#")[0])
    return found[0] if found else ""
