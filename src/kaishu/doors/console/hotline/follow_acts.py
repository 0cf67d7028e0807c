"""What a caller may ask for about a claim that exists; each is one action, named by its word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext as _

from kaishu.claims import access, notes, owner, typed
from kaishu.claims.errors import ClaimNotFound, NothingSaid
from kaishu.claims.hotline import caller, changes
from kaishu.claims.views import CaseView, UnitView
from kaishu.doors.console.hotline.call_form import said_of
from kaishu.people import queries as people
from kaishu.people.contact import Contact

CONTACT = (
    "name",
    "name_kana",
    "phone",
    "email",
    "postcode",
    "region",
    "city",
    "street",
    "building",
    "address",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One act: the claim, what was typed, who does it and when."""

    case: CaseView
    posted: QueryDict
    by: str
    at: datetime
    key: str

    @property
    def unit(self) -> UnitView:
        """Return the unit that the form names. Raises ClaimNotFound."""
        number = self.posted.get("unit", "1")
        found = self.case.unit(int(number)) if number.isascii() and number.isdigit() else None
        if found is None:
            raise ClaimNotFound()
        return found

    @property
    def seen(self) -> int | None:
        """Return the newest decision that the page showed."""
        seen = self.posted.get("seen", "")
        return int(seen) if seen.isascii() and seen.isdigit() else None


def check(asked: Asked) -> str:
    """Hold what the caller answers against what we have."""
    said = {code: asked.posted.get(code, "") for code in caller.FACTS}
    caller.check_caller(case_no=asked.case.case_no, said=said, by=asked.by, at=asked.at)
    return _("The answers agree. For half an hour you may change things for this caller.")


def answer(asked: Asked) -> str:
    """Answer the open question for the caller."""
    _need_known(asked)
    amount = asked.posted.get("order_amount", "").strip()
    try:
        minor = (
            typed.read_amount(amount, currency=asked.posted.get("currency", "")) if amount else None
        )
    except typed.Unreadable:
        raise NothingSaid() from None
    owner.answer(
        claim_unit_id=asked.unit.claim_unit_id,
        at=asked.at,
        seen=asked.seen,
        words=asked.posted.get("words", ""),
        serial=asked.posted.get("serial", ""),
        order_amount=minor,
        by=asked.by,
    )
    return _("The answer is with the reviewers.")


def withdraw(asked: Asked) -> str:
    """Take a unit's claim back."""
    _need_known(asked)
    owner.withdraw(
        claim_unit_id=asked.unit.claim_unit_id, at=asked.at, seen=asked.seen, by=asked.by
    )
    return _("The claim is taken back.")


def danger(asked: Asked) -> str:
    """Report that a unit turned dangerous; nobody is asked who they are first."""
    owner.report_danger(
        claim_unit_id=asked.unit.claim_unit_id,
        condition=asked.posted.get("condition", ""),
        at=asked.at,
        key=asked.key,
        words=asked.posted.get("words", ""),
        door="console",
        by=asked.by,
    )
    return _("The danger is reported, and a call is on the list.")


def link(asked: Asked) -> str:
    """Mail the link to where it always goes."""
    if not access.send_link(case_no=asked.case.case_no, at=asked.at):
        return _("This claim has no mail address, so no link can be sent.")
    return _("The link is on its way to the mail address that we have.")


def code(asked: Asked) -> str:
    """Mail the digits that a change of details needs."""
    _need_known(asked)
    if not access.send_change_code(case_no=asked.case.case_no, at=asked.at):
        return _(
            "There is no old mail address. A colleague must call the number that we had and agree."
        )
    return _("Six digits are in the old mailbox. Ask the caller to read them to you.")


def contact(asked: Asked) -> str:
    """Change the caller's details: an empty field stays as it is."""
    before = people.contact(asked.case.person_id)
    new = {name: value for name, value in said_of(asked.posted).items() if name in CONTACT}
    after = Contact(**{**{n: getattr(before, n) for n in Contact.__dataclass_fields__}, **new})
    done = changes.change_contact(
        case_no=asked.case.case_no,
        contact=after,
        code=asked.posted.get("code", ""),
        by=asked.by,
        at=asked.at,
        key=asked.key,
    )
    if done.waiting and not before.email:
        return _("Kept. A colleague calls the number that we had; without that nothing changes.")
    if done.waiting:
        return _("Kept. Name, mail and telephone change after 24 hours, unless the owner stops it.")
    return _("The address is changed.") if done.now else _("Nothing was different.")


def stop(asked: Asked) -> str:
    """Stop the change that waits."""
    changes.stop(case_no=asked.case.case_no, by=asked.by, at=asked.at)
    return _("The change is stopped. Nothing was changed.")


def agree(asked: Asked) -> str:
    """Agree to the change that a colleague wrote down, after calling the number that we had."""
    changes.agree(case_no=asked.case.case_no, by=asked.by, at=asked.at)
    return _("You agreed. The change takes effect when its day is over.")


def note(asked: Asked) -> str:
    """Keep a note of the call."""
    words = asked.posted.get("words", "")
    notes.note_call(case_no=asked.case.case_no, words=words, by=asked.by, at=asked.at)
    return _("The note is kept with the claim.")


ACTS: Mapping[str, Callable[[Asked], str]] = {
    "check": check,
    "answer": answer,
    "withdraw": withdraw,
    "danger": danger,
    "link": link,
    "code": code,
    "contact": contact,
    "stop": stop,
    "agree": agree,
    "note": note,
}


def _need_known(asked: Asked) -> None:
    caller.need_known(case_no=asked.case.case_no, by=asked.by, at=asked.at)
