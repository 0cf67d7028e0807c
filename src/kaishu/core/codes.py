"""What a scanned code says of a unit: GS1 element strings, Digital Links, a maker's own address.

A camera or a hand scanner types the whole code into the field where a person types a serial.
Sources: GS1 General Specifications, application identifiers 01, 10, 11 and 21; GS1 Digital Link.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlsplit

from kaishu.core.dates import Made, Month

LONGEST_CODE = 600
SEPARATOR = "\x1d"  # FNC1 between two elements
# How scanners and papers write FNC1, and the mark that names the kind of symbol (AIM).
_SEPARATORS = re.compile(r"\u241d|<GS>|\[GS\]|\{GS\}|\\x1d|%1D", re.IGNORECASE)
_SYMBOL = re.compile(r"^\][A-Za-z][0-9]")
_OPENINGS = ("(", "]")
_BARE = re.compile(r"^01[0-9]{14}")
_READABLE = re.compile(r"^\((?:01|21|10|11|02|240)\)")
# A maker's own words for a serial: keys of an address, or of fields such as "MODEL:A1;SN:A123".
_SERIAL_KEYS = frozenset(
    {"sn", "s/n", "serial", "serialno", "serial_no", "serialnumber", "serial_number", "serialnum"}
)
_MODEL_KEYS = frozenset({"model", "modelno", "model_no", "model no", "pn", "p/n"})
_FIELDS = re.compile(r"[;,|\n\r]+")
_FIELD = re.compile(r"^\s*([A-Za-z][A-Za-z /_.-]{0,15}?)\s*[:=]\s*(\S+)\s*$")


@dataclass(frozen=True, slots=True)
class Payload:
    """What a code says; an empty field is not in it. `gtin` has 14 digits.

    `model` is the maker's own word, in a code of its own; it names a product where nobody did.
    """

    serial: str = ""
    gtin: str = ""
    batch: str = ""
    made_on: Made | None = None
    model: str = ""


def unpack(text: str) -> Payload | None:
    """Return what a scanned code says, or None where the text is no code that we know."""
    if len(text) > LONGEST_CODE:
        return None
    text = unicodedata.normalize("NFKC", text).strip()
    if "://" in text:
        return _address(text)
    if text[:1] in _OPENINGS or SEPARATOR in text or "\u241d" in text or _BARE.match(text):
        return _elements(_SEPARATORS.sub(SEPARATOR, text))
    return _fields(text) if ":" in text or "=" in text else None


def is_jan(gtin: str, jan: str) -> bool:
    """Say whether a GTIN is the bar code on a box, which leaves the leading zeros away."""
    return bool(jan) and gtin.zfill(14) == jan.zfill(14)


def _elements(text: str) -> Payload | None:
    from biip import ParseError  # a quarter second, rarely needed
    from biip.gs1_messages import GS1Message

    plain = _SYMBOL.sub("", text).lstrip(SEPARATOR)
    if not _BARE.match(plain) and not _READABLE.match(plain) and plain == text:
        return None
    try:
        parse = GS1Message.parse_hri if plain.startswith("(") else GS1Message.parse
        message = parse(plain)
    except ParseError:
        return None
    values = {each.ai.ai: each.value for each in message.element_strings}
    dates = {each.ai.ai: each.date for each in message.element_strings}
    return _payload(values, dates)


def _address(text: str) -> Payload | None:
    """Read a Digital Link, or the maker's own address with the serial as one of its keys."""
    try:
        address = urlsplit(text)
        pairs = parse_qsl(address.query) + parse_qsl(address.fragment.rpartition("?")[2])
    except ValueError:
        return None
    for key, value in pairs:
        if key.casefold() in _SERIAL_KEYS and value:
            named = next((v for k, v in pairs if k.casefold() in _MODEL_KEYS), "")
            return Payload(serial=value, model=named)
    if re.search(r"/(?:01|gtin)/[0-9]{8,14}(?:/|$|\?)", f"{address.path}"):
        return _digital_link(text)
    return None


def _digital_link(text: str) -> Payload | None:
    from biip import ParseError
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI

    try:
        link = GS1DigitalLinkURI.parse(text)
    except ParseError:
        return None
    values = {each.ai.ai: each.value for each in link.element_strings}
    dates = {each.ai.ai: each.date for each in link.element_strings}
    return _payload(values, dates)


def _payload(values: Mapping[str, str], dates: Mapping[str, date | None]) -> Payload | None:
    found = Payload(
        serial=values.get("21", ""),
        gtin=values.get("01", ""),
        batch=values.get("10", ""),
        made_on=_made(values.get("11", ""), dates.get("11")),
    )
    return None if found == Payload() else found


def _made(written: str, day: date | None) -> Made | None:
    """Return the day of AI 11; where its day is 00 nobody knows it, and no last day is supposed."""
    if day is not None and written.endswith("00"):
        return Month(day.year, day.month)
    return day


def _fields(text: str) -> Payload | None:
    """Read fields that a maker's own code lists: "MODEL:A1263;SN:A123"; one field is no list."""
    found = [_FIELD.match(part) for part in _FIELDS.split(text) if part.strip()]
    if len(found) < 2 or not all(found):
        return None
    said = {match[1].casefold(): match[2] for match in found if match}
    serial = next((said[key] for key in said if key in _SERIAL_KEYS), "")
    model = next((said[key] for key in said if key in _MODEL_KEYS), "")
    return Payload(serial=serial, model=model) if serial else None
