"""Let an owner back in without an account: a mail with a link and six digits.

Asking answers the same whether a claim exists or not. Nothing is consumed by opening an address:
only a person who types the digits, or presses a button, confirms anything.
"""

from __future__ import annotations

import secrets
import unicodedata
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from kaishu.base.sealing import blind_index
from kaishu.claims import case_numbers, lookups, messages
from kaishu.claims.errors import CodeLocked, CodeOld, CodeWrong
from kaishu.claims.models import AccessCode, Claim
from kaishu.claims.terms import recall_of
from kaishu.people import queries as people
from kaishu.people.contact import Contact
from kaishu.people.errors import PersonForgotten

# A code is good for ten minutes (OWASP ASVS 5.0, 6.6.3); whoever opened the form in that time may
# take longer to type. Beside an opened claim a code proves only that our mail arrives.
LIFE = timedelta(minutes=10)
SLOW = timedelta(minutes=30)
CONFIRM_LIFE = timedelta(days=30)
MOST_TRIES = 5
MOST_WRONG_A_DAY = 20
MOST_CODES_AN_HOUR = 5
FOR_A_CHANGE = "change:"


def ask_again(*, case_no: str, reach: str, at: datetime) -> None:
    """Mail the link and a code, if this mail address or telephone belongs to this claim.

    The caller learns nothing. A claim without a mail address gets no mail: its owner calls.
    """
    claim = _claim(case_no)
    contact = _contact(claim)
    if claim is None or contact is None or not _matches(contact, reach):
        return
    hour = claim.codes.filter(made_at__gt=at - timedelta(hours=1)).count()
    if not contact.email or hour >= MOST_CODES_AN_HOUR:
        return
    with transaction.atomic():
        send_code(claim=claim, template="link_again", at=at, key=f"again:{at:%Y%m%d%H%M%S%f}")


def send_link(*, case_no: str, at: datetime) -> bool:
    """Mail the link to the address that the claim has, for a caller; False where there is none.

    Raises CodeLocked after too many in an hour.
    """
    claim = lookups.claim(case_no)
    contact = _contact(claim)
    if contact is None or not contact.email:
        return False
    if claim.codes.filter(made_at__gt=at - timedelta(hours=1)).count() >= MOST_CODES_AN_HOUR:
        raise CodeLocked()
    with transaction.atomic():
        send_code(claim=claim, template="link_again", at=at, key=f"again:{at:%Y%m%d%H%M%S%f}")
    return True


def send_code(
    *, claim: Claim, template: str, at: datetime, key: str, slug: str = "", **facts: str | int
) -> None:
    """Make a code and queue a message that carries it with the link."""
    code = new_code()
    AccessCode.objects.create(claim=claim, code_hash=_hash(claim.case_no, code), made_at=at)
    messages.tell(
        claim=claim,
        template=template,
        at=at,
        key=key,
        slug=slug or _slug(claim),
        code=code,
        facts=facts,
    )


def send_change_code(*, case_no: str, at: datetime) -> bool:
    """Mail six digits that allow a change of details by telephone; False where there is no mail.

    They are bound to this use: read out to an operator, they do not open the claim. Raises
    CodeLocked after too many in an hour.
    """
    claim = lookups.claim(case_no)
    contact = _contact(claim)
    if contact is None or not contact.email:
        return False
    if claim.codes.filter(made_at__gt=at - timedelta(hours=1)).count() >= MOST_CODES_AN_HOUR:
        raise CodeLocked()
    code = new_code()
    with transaction.atomic():
        hidden = _hash(claim.case_no, FOR_A_CHANGE + code)
        AccessCode.objects.create(claim=claim, code_hash=hidden, made_at=at)
        key = f"change-code:{at:%Y%m%d%H%M%S%f}"
        slug = _slug(claim)
        messages.tell(claim=claim, template="change_code", at=at, key=key, slug=slug, code=code)
    return True


def try_change_code(*, claim: Claim, code: str, at: datetime) -> None:
    """Use up the digits that were mailed for a change. Raises CodeWrong, CodeOld, CodeLocked."""
    used = _try(claim, FOR_A_CHANGE + code, since=at - SLOW, at=at)
    AccessCode.objects.filter(id=used).update(used_at=at)


def new_code() -> str:
    """Return six random digits."""
    return f"{secrets.randbelow(10**6):06d}"


def enter(*, case_no: str, code: str, opened_at: datetime, at: datetime) -> str:
    """Return the secret of the claim's link for the right code, which then is used up.

    `opened_at` is when the page with the field was opened. Raises CodeWrong, CodeOld, CodeLocked;
    an unknown claim is a wrong code.
    """
    claim = _claim(case_no)
    if claim is None:
        raise CodeWrong()
    used = _try(claim, code, since=at - max(LIFE, min(SLOW, at - opened_at)), at=at)
    AccessCode.objects.filter(id=used).update(used_at=at)
    _confirm(claim, at)
    return messages.link_token(claim)


def confirm_by_code(*, case_no: str, code: str, at: datetime) -> None:
    """Keep that the owner read our mail; called where the claim is open already."""
    claim = _claim(case_no)
    if claim is None:
        raise CodeWrong()
    _try(claim, code, since=at - CONFIRM_LIFE, at=at)
    _confirm(claim, at)


def confirm_mail(*, case_no: str, at: datetime) -> None:
    """Keep that the owner says our mail arrives. A repeat changes nothing."""
    claim = _claim(case_no)
    if claim is not None:
        _confirm(claim, at)


def _try(claim: Claim, code: str, *, since: datetime, at: datetime) -> int:
    """Return the id of the code that was typed; every try is counted before it is judged."""
    day = claim.codes.filter(made_at__gt=at - timedelta(days=1))
    if sum(day.values_list("tries", flat=True)) >= MOST_WRONG_A_DAY:
        raise CodeLocked()
    wanted = _hash(claim.case_no, code)
    live = claim.codes.filter(made_at__gte=since, used_at=None, tries__lt=MOST_TRIES)
    numbers = list(live.values_list("id", flat=True))
    counted = live.filter(id__in=numbers).update(tries=F("tries") + 1)
    rows = claim.codes.filter(id__in=numbers, code_hash=wanted, used_at=None)
    right = rows.values_list("id", flat=True).first() if counted else None
    if right is not None:
        claim.codes.filter(id__in=numbers).update(tries=F("tries") - 1)
        return right
    if claim.codes.filter(code_hash=wanted, made_at__lt=since, used_at=None).exists():
        raise CodeOld()
    if not numbers and day.filter(tries__gte=MOST_TRIES).exists():
        raise CodeLocked()
    raise CodeWrong()


def _confirm(claim: Claim, at: datetime) -> None:
    Claim.objects.filter(id=claim.id, mail_confirmed_at=None).update(mail_confirmed_at=at)


def _claim(case_no: str) -> Claim | None:
    return Claim.objects.filter(case_no=case_numbers.check(case_no) or "").first()


def _slug(claim: Claim) -> str:
    unit = claim.units.order_by("unit_no").first()
    return recall_of(unit.edition_id).slug if unit else ""


def _contact(claim: Claim | None) -> Contact | None:
    if claim is None:
        return None
    try:
        return people.contact(claim.person_id)
    except PersonForgotten:
        return None


def _matches(contact: Contact, reach: str) -> bool:
    typed = unicodedata.normalize("NFKC", reach).strip().casefold()
    if "@" in typed:
        email = unicodedata.normalize("NFKC", contact.email).strip().casefold()
        return secrets.compare_digest(typed.encode(), email.encode())
    digits = _tail(typed)
    return bool(digits) and secrets.compare_digest(digits, _tail(contact.phone))


def _tail(phone: str) -> str:
    """Return the last nine digits of a telephone number: the same at home and from abroad."""
    plain = unicodedata.normalize("NFKC", phone)
    digits = "".join(sign for sign in plain if sign.isascii() and sign.isdigit())
    return digits[-9:] if len(digits) >= 9 else ""


def _hash(case_no: str, code: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", code).split())
    return blind_index(f"{case_no}:{plain}", purpose="access-code")
