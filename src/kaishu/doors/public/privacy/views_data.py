"""My data: what we hold about the owner of a claim, a copy to take along, and erasure."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils.translation import gettext as _

from kaishu.base import language
from kaishu.base.storage import FileDamaged, FileGone, evidence_store
from kaishu.claims import data_copy, erasure
from kaishu.claims.reasons import Standing
from kaishu.claims.views import PromiseView, UnitView
from kaishu.core.accounts import OWED, SENT
from kaishu.core.accounts import OWNER as OWNER_HAS
from kaishu.core.recall import say
from kaishu.doors.public import retention, site
from kaishu.doors.public.problems import Problem
from kaishu.doors.public.tracking.seat import Seat, owner_page, recall_of
from kaishu.people import consent
from kaishu.people import queries as people

OWNER = "owner"


@owner_page
def data(seat: Seat) -> HttpResponse:
    """Show what we hold; details in short, as everywhere on the claim's pages."""
    person_id = seat.case.person_id
    context = {
        "contact": seat.masked,
        "files": data_copy.files_of(seat.case),
        "words": sum(len(data_copy.notes_of(unit.claim_unit_id)) for unit in seat.case.units),
        "consents": [_consent(agreed) for agreed in people.consents(person_id)],
        "looks": people.looks(person_id),
    }
    return _show(seat, "data.html", context)


@owner_page
def copy(seat: Seat) -> HttpResponse:
    """Hand over everything as one JSON file."""
    if seat.request.method == "POST":
        return HttpResponseNotAllowed(["GET", "HEAD"])
    value = data_copy.copy_of(case_no=seat.case.case_no, at=seat.at)
    return _download(seat, data_copy.as_json(value), "application/json", "json")


@owner_page
def archive(seat: Seat) -> HttpResponse:
    """Hand over everything with the photos and files, as one zip file."""
    if seat.request.method == "POST":
        return HttpResponseNotAllowed(["GET", "HEAD"])
    value = data_copy.copy_of(case_no=seat.case.case_no, at=seat.at)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as box:
        box.writestr("data.json", data_copy.as_json(value))
        for item in data_copy.files_of(seat.case):
            try:
                found = evidence_store().get(item.name)
            except (FileGone, FileDamaged):
                continue  # the list in data.json still names it
            kind = item.media_type.rpartition("/")[2]
            box.writestr(f"files/{item.evidence_id}-{item.kind}.{kind}", found)
    return _download(seat, packed.getvalue(), "application/zip", "zip")


@owner_page
def erase(seat: Seat) -> HttpResponse:
    """Say what goes and what stays; delete only for a ticked box and a pressed button."""
    problems: list[Problem] = []
    if seat.request.method == "POST":
        if seat.request.POST.get("sure") == "yes":
            erasure.erase_person(case_no=seat.case.case_no, by=OWNER, at=seat.at)
            retention.forget_cases([seat.case.case_no])
            return HttpResponseRedirect(seat.address)
        problems = [Problem("id-sure", _("Tick the box if you want your details deleted."))]
    context = {
        "problems": problems,
        "owed": [_owed(unit) for unit in seat.case.units if _is_owed(unit)],
        "bags": [_owed(unit) for unit in seat.case.units if _has_bag(unit)],
        "waiting": [_owed(unit) for unit in seat.case.units if _is_waiting(unit)],
        "mail": seat.masked.email,
    }
    return _show(seat, "erase.html", context, status=422 if problems else 200)


def _show(seat: Seat, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    full = {"case": seat.case, "back": seat.address, **context}
    place = f"public/privacy/{template}"
    return site.show(seat.request, place, seat.recall, full, status=status)


def _download(seat: Seat, content: bytes, media_type: str, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    name = f"kaishu-{seat.case.case_no}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _is_owed(unit: UnitView) -> bool:
    return any(_is_open(promise) for promise in unit.promises)


def _is_open(promise: PromiseView) -> bool:
    """Say whether we still owe it; a bag that has left is not owed, it is with the owner."""
    return promise.account == OWED or (promise.account == SENT and promise.role != "kit")


def _has_bag(unit: UnitView) -> bool:
    """Say whether the owner may hold our bag with nothing owed to them any more."""
    left = any(p.role == "kit" and p.account == SENT for p in unit.promises)
    return left and not _is_owed(unit) and unit.account in (OWNER_HAS, None)


def _is_waiting(unit: UnitView) -> bool:
    return unit.standing in (Standing.OPEN, Standing.ASKED)


def _owed(unit: UnitView) -> dict[str, Any]:
    product = recall_of(unit).product(unit.product)
    return {
        "view": unit,
        "name": say(product.name, language.tag()) if product else unit.product,
        "promises": [p for p in unit.promises if _is_open(p)],
        "may_withdraw": unit.standing in (Standing.OPEN, Standing.ASKED, Standing.APPROVED)
        and not any(p.role == "remedy" and p.account == SENT for p in unit.promises),
    }


def _consent(agreed: people.Agreed) -> dict[str, Any]:
    text = consent.of_version(agreed.version)
    words = say(text.text, language.tag()) if text else ""
    return {"text": words, "version": agreed.version, "at": agreed.at, "given": agreed.given}
