"""An owner corrects how they are reached. What we have is shown masked, and never in clear."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from kaishu.claims import owner
from kaishu.core.errors import Refusal
from kaishu.doors.public.claiming.person_questions import COUNTRIES
from kaishu.doors.public.tracking import act, forms
from kaishu.doors.public.tracking.act import Act
from kaishu.doors.public.tracking.seat import Seat, owner_page
from kaishu.people import queries as people
from kaishu.people.contact import Contact

# Markets whose labels are made of parts; elsewhere an address is one block as it was typed.
_IN_PARTS = ("jp", "cn")


@owner_page
def address(seat: Seat) -> HttpResponse:
    """Send the bag and the remedy to another address."""
    parts = seat.recall.market in _IN_PARTS
    form = act.typed_form(seat.request, partial(forms.Address, parts=parts))
    page = Act(
        question=_("What is your new address?"),
        lede=(_("What we have not sent yet goes to the new address."),),
        button=_("Use this address"),
    )
    return _correct(seat, page, form, "address")


@owner_page
def email(seat: Seat) -> HttpResponse:
    """Write to another mail address."""
    form = act.typed_form(seat.request, forms.Mail)
    now = seat.masked.email
    page = Act(
        question=_("What is your new e-mail address?"),
        lede=(
            _("We write to %(address)s now.") % {"address": now}
            if now
            else _("We have no e-mail address for you yet."),
            _("We send a note to the old and to the new address."),
        ),
        button=_("Use this e-mail address"),
    )
    return _correct(seat, page, form, "email")


@owner_page
def phone(seat: Seat) -> HttpResponse:
    """Call another number."""
    country = COUNTRIES.get(seat.recall.market, "")
    form = act.typed_form(seat.request, partial(forms.Phone, country=country))
    now = seat.masked.phone
    page = Act(
        question=_("What is your new telephone number?"),
        lede=(
            _("The number we have ends in %(digits)s.") % {"digits": now.lstrip("…")}
            if now
            else _("We have no telephone number for you yet."),
        ),
        button=_("Use this telephone number"),
    )
    return _correct(seat, page, form, "phone")


@owner_page
def link(seat: Seat) -> HttpResponse:
    """Make the address of this page useless and give a new one."""
    form = forms.Nothing()
    page = Act(
        question=_("Should the old address stop working?"),
        lede=(
            _("Do this if somebody else has seen the address of this page, or your mail."),
            _(
                "You get a new address at once. The old one, and every print with its code, opens "
                "nothing any more."
            ),
        ),
        button=_("Give me a new address"),
    )
    if not act.is_answer(seat.request):
        return act.page(seat, page, form)
    token = owner.renew_link(case_no=seat.case.case_no, at=seat.at)
    return HttpResponseRedirect(f"/{seat.tongue}/c/{token}/?done=link")


def _correct(seat: Seat, page: Act, form: forms.Question, done: str) -> HttpResponse:
    if not act.is_answer(seat.request):
        return act.page(seat, page, form)
    problems = list(form.problems())
    if not problems:
        try:
            _save(seat, form)
        except Refusal as refusal:
            problems = [act.problem_of(refusal)]
    if problems:
        return act.page(seat, page, form, problems=problems)
    return seat.back(done=done)


def _save(seat: Seat, form: forms.Question) -> None:
    before = people.contact(seat.case.person_id)
    said = {name: str(value) for name, value in form.cleaned_data.items()}
    owner.correct_contact(
        case_no=seat.case.case_no,
        contact=_moved(before, said) if "postcode" in said else replace(before, **said),
        at=seat.at,
        key=act.key_of(seat.request),
    )


def _moved(before: Contact, said: dict[str, str]) -> Contact:
    """Return the contact at its new address; no line of the old one stays behind."""
    none = dict.fromkeys(("region", "city", "street", "building", "address"), "")
    return replace(before, **{**none, **said})
