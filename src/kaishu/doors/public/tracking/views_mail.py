"""Whether our mail arrives: send it again, or say that it did. Only a pressed button counts."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from kaishu.base import limiter
from kaishu.claims import access, messages, queries
from kaishu.core.errors import Refusal
from kaishu.doors.public.problems import Problem
from kaishu.doors.public.tracking import act, forms
from kaishu.doors.public.tracking.act import Act
from kaishu.doors.public.tracking.mailbox import mailbox
from kaishu.doors.public.tracking.seat import Seat, owner_page
from kaishu.notices import actions as notices

RESENDS_AN_HOUR = 5
HOUR = 3600


@owner_page
def mail(seat: Seat) -> HttpResponse:
    """Show what became of our mail; take the code, the button, or the wish for another mail."""
    request = seat.request
    do = request.POST.get("do", "") if request.method == "POST" else ""
    form = act.typed_form(request, forms.Code) if do in ("code", "language") else forms.Code()
    if do == "again":
        return _again(seat, form)
    if do == "confirm":
        access.confirm_mail(case_no=seat.case.case_no, at=seat.at)
        return seat.back(done="confirm")
    if do == "code":
        return _code(seat, form)
    return _show(seat, form, [])


def _again(seat: Seat, form: forms.Question) -> HttpResponse:
    allowed = limiter.allow(
        name="mail-again",
        subject=seat.case.case_no,
        limit=RESENDS_AN_HOUR,
        seconds=HOUR,
        at=seat.at,
    )
    if not allowed:
        words = _("We sent it several times already. Wait an hour, or call us.")
        return _show(seat, form, [Problem("", words)])
    _send(seat)
    return seat.back(done="mail")


@transaction.atomic
def _send(seat: Seat) -> None:
    """Queue what came back once more; where nothing did, a fresh mail with the link."""
    claim = queries.claim(seat.case.case_no)
    secret = {"link": messages.link_path(claim)}
    if not notices.send_again(case_no=claim.case_no, at=seat.at, secret=secret):
        access.send_code(
            claim=claim, template="link_again", at=seat.at, key=f"again:{uuid.uuid4().hex}"
        )


def _code(seat: Seat, form: forms.Question) -> HttpResponse:
    problems = list(form.problems())
    if not problems:
        try:
            access.confirm_by_code(case_no=seat.case.case_no, code=form.said("code"), at=seat.at)
        except Refusal as refusal:
            said = act.problem_of(refusal)
            form.add_error("code", said.text)
            problems = [Problem("id-code", said.text, said.next)]
    return _show(seat, form, problems) if problems else seat.back(done="confirm")


def _show(seat: Seat, form: forms.Question, problems: list[Problem]) -> HttpResponse:
    page = Act(question=_("Does our mail reach you?"), button=_("Confirm with the code"))
    context = {
        "act": page,
        "form": form,
        "fields": list(form),
        "problems": problems,
        "mail": mailbox(seat),
        "keep_form": "act",
        "action": seat.request.path,
        "address": seat.address,
    }
    return seat.show("mail.html", context, status=422 if problems else 200)
