"""The way back in: a reference and a mail address, then six digits. It tells nobody anything.

Right and wrong go the same way, word for word. What a person typed travels sealed in the address,
so that a reload sends nothing twice and nobody reads it over a shoulder. A page that was opened in
time may be filled in slowly: when it was opened is sealed in with the rest.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from kaishu.base import language, limiter, same_site, sealing
from kaishu.claims import access
from kaishu.claims.errors import CodeLocked, CodeOld, CodeWrong
from kaishu.core.sentences import sentence
from kaishu.doors.public import errors, site
from kaishu.doors.public.problems import Problem
from kaishu.doors.public.tracking import act, forms

PURPOSE = "public:find"
HOUR, DAY = 3600, 24 * 3600
ASKS_AN_HOUR = 5
TRIES_A_PAGE = 5
TRIES_A_DAY = 20


@dataclass(frozen=True, slots=True)
class Ticket:
    """What was typed, and when the page for the code was first opened (seconds since 1970)."""

    case_no: str
    reach: str
    opened: int


@same_site.guarded
@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest, tongue: str) -> HttpResponse:
    """Ask for the reference and one way to reach its owner."""
    form = act.typed_form(request, forms.Find)
    if not act.is_answer(request):
        return _show(request, form, [])
    problems = list(form.problems())
    if problems:
        return _show(request, form, problems)
    return _ask(request, tongue, form.said("case_no"), form.said("reach"), form)


@same_site.guarded
@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest, tongue: str, sealed: str) -> HttpResponse:
    """Take the six digits; the same page for a claim that is there and one that is not."""
    ticket = _open(sealed)
    if ticket is None:
        return errors.not_found(request)
    form = act.typed_form(request, forms.Code)
    if not act.is_answer(request):
        return _show_code(request, form, [])
    if request.POST.get("do") == "again":
        return _ask(request, tongue, ticket.case_no, ticket.reach, forms.Code())
    problems = list(form.problems())
    if problems:
        return _show_code(request, form, problems)
    return _enter(request, tongue, ticket, form)


def _ask(
    request: HttpRequest, tongue: str, case_no: str, reach: str, form: forms.Question
) -> HttpResponse:
    """Send the mail if there is one to send, and go to the page for its code either way."""
    at = timezone.now()
    tries = [
        limiter.allow(name=name, subject=subject, limit=ASKS_AN_HOUR, seconds=HOUR, at=at)
        for name, subject in (("find", case_no), ("find-reach", reach.strip().casefold()))
    ]
    if not all(tries):
        words = _("You asked several times already. Wait an hour, or call us.")
        show = _show if isinstance(form, forms.Find) else _show_code
        return show(request, form, [Problem("", words)])
    access.ask_again(case_no=case_no, reach=reach, at=at)
    sealed = _seal(Ticket(case_no, reach, int(at.timestamp())))
    return HttpResponseRedirect(f"/{tongue}/find/{sealed}/")


def _enter(request: HttpRequest, tongue: str, ticket: Ticket, form: forms.Question) -> HttpResponse:
    at = timezone.now()
    locked = _locked(ticket, at)
    if locked:
        return _wrong(request, form, locked)
    try:
        token = access.enter(
            case_no=ticket.case_no,
            code=form.said("code"),
            opened_at=datetime.fromtimestamp(ticket.opened, UTC),
            at=at,
        )
    except CodeOld as old:
        return _wrong(request, form, sentence(old.code, language.tag()).text)
    except (CodeWrong, CodeLocked):
        # One sentence for both: a lock would say that there is something to be locked.
        return _wrong(
            request,
            form,
            _("This code does not match. Compare it with the newest mail, or have a new one sent."),
        )
    limiter.forget(name="find-day", subject=ticket.case_no)
    return HttpResponseRedirect(f"/{tongue}/c/{token}/")


def _locked(ticket: Ticket, at: datetime) -> str:
    """Count this try, and say why it may not be made; the same for a claim that is not there."""
    day = (TRIES_A_DAY, _("Too many wrong codes today. Try again tomorrow, or call us."))
    page = (TRIES_A_PAGE, _("Five wrong codes: this code is locked. Have a new one sent."))
    counts = {
        ("find-day", ticket.case_no): day,
        ("find-page", f"{ticket.case_no}:{ticket.opened}"): page,
    }
    for (name, subject), (limit, words) in counts.items():
        if not limiter.allow(name=name, subject=subject, limit=limit, seconds=DAY, at=at):
            return words
    return ""


def _wrong(request: HttpRequest, form: forms.Question, words: str) -> HttpResponse:
    form.add_error("code", words)
    return _show_code(request, form, [Problem("id-code", words)])


def _show(request: HttpRequest, form: forms.Question, problems: list[Problem]) -> HttpResponse:
    return _page(request, "find.html", form, problems)


def _show_code(request: HttpRequest, form: forms.Question, problems: list[Problem]) -> HttpResponse:
    return _page(request, "find_code.html", form, problems)


def _page(
    request: HttpRequest, template: str, form: forms.Question, problems: list[Problem]
) -> HttpResponse:
    context = {
        "form": form,
        "fields": list(form),
        "problems": problems,
        "phones": errors.phones(),
        "keep_form": "act",
    }
    status = 422 if problems else 200
    return site.show(request, f"public/tracking/{template}", None, context, status=status)


def _seal(ticket: Ticket) -> str:
    sealed = sealing.seal(json.dumps(asdict(ticket)).encode(), purpose=PURPOSE)
    return base64.urlsafe_b64encode(sealed).decode()


def _open(sealed: str) -> Ticket | None:
    try:
        plain = sealing.unseal(base64.urlsafe_b64decode(sealed), purpose=PURPOSE)
        return Ticket(**json.loads(plain))
    except (sealing.CannotOpen, binascii.Error, ValueError, IndexError):
        return None
