"""One claim as its owner sees it: confirmation on the first day, tracking ever after."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from kaishu.core.stage import STEPS, StageCode
from kaishu.doors.public.tracking import qr
from kaishu.doors.public.tracking.mailbox import MailState, mailbox
from kaishu.doors.public.tracking.seat import Seat, owner_page
from kaishu.doors.public.tracking.unit_part import unit_part
from kaishu.notices import queries as notices
from kaishu.notices.models import DANGER, CallBack


@owner_page
def case(seat: Seat) -> HttpResponse:
    """Show the claim that this link opens. Looking changes nothing, however often it is done."""
    case = seat.case
    units = [unit_part(seat, unit) for unit in case.units]
    call = _call(case.case_no)
    mail = mailbox(seat)
    context: dict[str, Any] = {
        "units": units,
        "at_home": any(u.stage.position <= STEPS.index("posted") for u in case.units),
        "fresh": all(u.stage.code is StageCode.IN_REVIEW and not u.decisions for u in case.units),
        "dangerous": any(unit["dangerous"] for unit in units),
        "call": call,
        "reachable": bool(seat.masked.phone or seat.masked.email),
        "call_late": call is not None and call.due_at < seat.at,
        "mail": mail,
        "on_paper": mail.state in (MailState.NONE, MailState.TROUBLE),
        "qr": qr.drawing(seat.address),
        "address": seat.address,
        "done": _done(seat.request.GET.get("done", "")),
    }
    return seat.show("case.html", context)


def _call(case_no: str) -> CallBack | None:
    """Return the safety call that is still owed to this owner."""
    return notices.calls().filter(case_no=case_no, why=DANGER).first()


def _done(code: str) -> str:
    """Say what the owner just did; a word that is none of ours says nothing."""
    return {
        "answer": _("We have your answer. A person goes on with your claim."),
        "photo": _("We have your photo."),
        "remedy": _("We changed what you receive."),
        "withdraw": _("Your claim for this product is taken back."),
        "contest": _("We look again. A person who did not decide the first time does it."),
        "again": _("We go on where we stopped. You do not have to fill in anything again."),
        "danger": _(
            "We have your report. Stay away from the product. A person calls or writes to you."
        ),
        "address": _("We have your new address."),
        "email": _("We have your new e-mail address. We sent a note to it."),
        "phone": _("We have your new telephone number."),
        "link": _("This page has a new address. The old one opens nothing any more."),
        "mail": _("We send you the mail again. It can take a few minutes."),
        "confirm": _("Thank you. Now we know that our mail reaches you."),
    }.get(code, "")
