"""Read a phone number as a check only: what was typed is what is kept and dialled.

People write numbers in many ways and know their own best, so that only what cannot be a number is
refused. Numbering plans grow faster than any table: in Japan and China the count of digits
decides, elsewhere the table of the library phonenumbers says which counts exist.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

EMPTY = "phone_empty"
NOT_A_NUMBER = "phone_characters"
TOO_SHORT = "phone_too_short"
TOO_LONG = "phone_too_long"
CN_MOBILE = "phone_cn_mobile"
WRONG = "phone_wrong"
WHICH_COUNTRY = "phone_which_country"
PROBLEMS = (EMPTY, NOT_A_NUMBER, TOO_SHORT, TOO_LONG, CN_MOBILE, WRONG, WHICH_COUNTRY)

_LONGEST_TYPED = 60
_SHORTEST = 6
# An extension is for the person who dials; it is no part of the number itself.
_EXTENSION = re.compile(r"\s*(?:内線|分机|转|轉|ext\.?|extension|#).*$", re.IGNORECASE | re.DOTALL)
_LABEL = re.compile(
    r"^\s*(?:tel|phone|電話番号|電話|携帯電話|携帯|手机号码|手机|电话)\s*[.:：]?\s*", re.IGNORECASE
)
# What input methods make of the hyphen key.
_DASHES = str.maketrans("ー\uff70一―", "----")
_CN_MOBILE = re.compile(r"^1[3-9]\d+$")
# In Japan these numbers have one digit more: mobiles, internet telephony, 0800.
_JP_LONGER = re.compile(r"^[5-9]0")


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as machines name it (`e164`, "+819012345678") and as people read it out (`spoken`).

    With a `problem` both are empty, and `facts` fill in its sentence.
    """

    e164: str
    spoken: str
    problem: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


def read_phone(typed: str, country: str) -> Phone:
    """Read a number as dialled in a country (ISO 3166-1 alpha-2, "" if not known).

    A number that begins with + or 00 says its country itself.
    """
    bare = _EXTENSION.sub("", _LABEL.sub("", typed)).translate(_DASHES).strip()
    digits = [char for char in bare if char.isdecimal()]
    if not bare:
        return _refuse(EMPTY)
    if len(typed) > _LONGEST_TYPED:
        return _refuse(TOO_LONG, digits=len(digits))
    if not digits or any(char.isalpha() for char in bare):
        return _refuse(NOT_A_NUMBER)
    if len(digits) >= _SHORTEST and len(set(digits)) == 1:
        return _refuse(WRONG)
    number = _parse(bare, country)
    if isinstance(number, str):
        return _refuse(number, digits=len(digits))
    problem = _problem(number)
    if problem:
        return _refuse(problem, digits=len(str(number.national_number)))
    return _phone(number, country)


def _parse(bare: str, country: str) -> PhoneNumber | str:
    """Return the number, or the code of what is wrong. The library is large: loaded when needed."""
    import phonenumbers
    from phonenumbers import NumberParseException

    # 010 is how Japan dials abroad, and Beijing's area code: only the leading 00 is plain.
    plain = re.sub(r"^[0０]{2}(?=[\s-]?[1-9１-９])", "+", bare)
    region = country.upper() if country.upper() in phonenumbers.SUPPORTED_REGIONS else None
    if region is None and plain[0] not in "+＋":
        return WHICH_COUNTRY
    try:
        return phonenumbers.parse(plain, region)
    except NumberParseException as wrong:
        return {
            NumberParseException.INVALID_COUNTRY_CODE: WHICH_COUNTRY,
            NumberParseException.TOO_LONG: TOO_LONG,
        }.get(wrong.error_type, TOO_SHORT)


def _problem(number: PhoneNumber) -> str | None:
    """Say what is wrong with a number by its length, its first digits and, last, the table."""
    import phonenumbers

    nation = str(number.national_number)
    if len(nation) < _SHORTEST:
        return TOO_SHORT
    if number.italian_leading_zero and number.country_code in (81, 86):
        return WRONG
    if number.country_code == 81:
        length = 10 if _JP_LONGER.match(nation) else 9
        return TOO_SHORT if len(nation) < length else TOO_LONG if len(nation) > length else None
    if number.country_code == 86 and _CN_MOBILE.match(nation):
        return None if len(nation) == 11 else CN_MOBILE
    return {
        phonenumbers.ValidationResult.IS_POSSIBLE: None,
        phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: TOO_SHORT,
        phonenumbers.ValidationResult.TOO_SHORT: TOO_SHORT,
        phonenumbers.ValidationResult.TOO_LONG: TOO_LONG,
    }.get(phonenumbers.is_possible_number_with_reason(number), WRONG)


def _phone(number: PhoneNumber, country: str) -> Phone:
    import phonenumbers
    from phonenumbers import PhoneNumberFormat

    at_home = phonenumbers.region_code_for_number(number) == country.upper()
    form = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return Phone(
        e164=phonenumbers.format_number(number, PhoneNumberFormat.E164),
        spoken=phonenumbers.format_number(number, form),
    )


def _refuse(problem: str, **facts: int) -> Phone:
    return Phone("", "", problem, {name: str(value) for name, value in facts.items()})
