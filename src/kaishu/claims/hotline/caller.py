"""Show by two facts that a caller is the owner. The operator types what is said and sees no value.

A caller who is not shown to be the owner may still report danger, hear the recall's own words and
have the link sent: to where it always goes.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from kaishu.claims import lookups
from kaishu.claims.hotline.errors import CallerLocked, CallerUnknown, CallerWrong
from kaishu.claims.hotline.models import CallerCheck
from kaishu.claims.models import Claim, ClaimUnit
from kaishu.claims.search import folding
from kaishu.people import queries as people
from kaishu.people.contact import Contact

FEWEST = 2
# A call is over after this long; the next one asks again.
A_CALL = timedelta(minutes=30)
MOST_WRONG = 5
WITHIN = timedelta(hours=1)
TAIL = 4
# The tail of a number that a masked page shows proves nothing, so the whole number is asked for;
# nine digits are the same at home and from abroad.
WHOLE_PHONE = 9
OF_PERSON = ("name", "phone", "postcode", "mail")
# Whoever holds the product can read these off it: one of them counts, beside a personal fact.
OF_PURCHASE = ("order", "serial")
FACTS = (*OF_PERSON, *OF_PURCHASE)


def check_caller(*, case_no: str, said: Mapping[str, str], by: str, at: datetime) -> None:
    """Hold at least two facts against what we have, and write down what was asked and if it agreed.

    `said` is what the caller answered by code of `FACTS`; at least one must be of the person.
    Raises CallerUnknown for too few, CallerWrong where one does not agree, CallerLocked after
    five wrong tries in an hour.
    """
    claim = lookups.claim(case_no)
    asked = {code: words for code, words in said.items() if code in FACTS and words.strip()}
    if len(asked) < FEWEST or not asked.keys() & set(OF_PERSON):
        raise CallerUnknown()
    wrong = claim.caller_checks.filter(passed=False, at__gt=at - WITHIN).count()
    if wrong >= MOST_WRONG:
        raise CallerLocked()
    contact = people.contact(claim.person_id)
    units = list(claim.units.all())
    # Each is compared, also after one that was wrong: the time says nothing.
    agree = [_agrees(code, words, contact, units) for code, words in sorted(asked.items())]
    CallerCheck.objects.create(
        claim=claim, facts=",".join(sorted(asked)), passed=all(agree), by=by, at=at
    )
    if not all(agree):
        raise CallerWrong()


def is_known(*, claim: Claim, by: str, at: datetime) -> bool:
    """Say whether this operator was shown in this call that the caller is the owner."""
    shown = claim.caller_checks.filter(by=by, passed=True, at__gt=at - A_CALL, at__lte=at)
    return shown.exists()


def need_known(*, case_no: str, by: str, at: datetime) -> Claim:
    """Return the claim of a caller who was shown to be its owner. Raises CallerUnknown."""
    claim = lookups.claim(case_no)
    if not is_known(claim=claim, by=by, at=at):
        raise CallerUnknown()
    return claim


def _agrees(code: str, words: str, contact: Contact, units: list[ClaimUnit]) -> bool:
    wanted = _KEPT[code](contact, units)
    given = _FOLD[code](words)
    return any(secrets.compare_digest(given.encode(), kept.encode()) for kept in wanted if kept)


def _tail(word: str) -> str:
    return word[-TAIL:] if len(word) >= TAIL else ""


def _whole_phone(typed: str) -> str:
    number = folding.digits(typed)
    return number[-WHOLE_PHONE:] if len(number) >= WHOLE_PHONE - 1 else ""


_FOLD: Mapping[str, Callable[[str], str]] = {
    "name": folding.name,
    "phone": _whole_phone,
    "postcode": folding.postcode,
    "mail": lambda words: words.strip().casefold(),
    "order": folding.code,
    "serial": lambda words: _tail(folding.code(words)),
}
_KEPT: Mapping[str, Callable[[Contact, list[ClaimUnit]], list[str]]] = {
    "name": lambda contact, _: [folding.name(contact.name), folding.name(contact.name_kana)],
    "phone": lambda contact, _: [_whole_phone(contact.phone)],
    "postcode": lambda contact, _: [folding.postcode(contact.postcode)],
    "mail": lambda contact, _: [contact.email.strip().casefold()],
    "order": lambda _, units: [folding.code(unit.order_no) for unit in units],
    "serial": lambda _, units: [
        _tail(folding.code(unit.serial or unit.serial_typed)) for unit in units
    ],
}
