"""The end of a claim on one sheet, with a code that shows a third person that it is genuine."""

from __future__ import annotations

from typing import Any

import segno
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from kaishu.base import language
from kaishu.base.templatetags.kaishu import day
from kaishu.base.words import word
from kaishu.books import roots
from kaishu.claims.views import CaseView, UnitView
from kaishu.core import receipts
from kaishu.core.accounts import PAID
from kaishu.core.recall import say
from kaishu.core.receipts import Receipt
from kaishu.doors.public import receipt_keys
from kaishu.doors.public.tracking import act, signed
from kaishu.doors.public.tracking.seat import Seat, remedy_of, unit_page
from kaishu.doors.public.tracking.unit_part import has_receipt
from kaishu.paper.codes import unit_code
from kaishu.paper.receipt import Sheet, receipt_pdf
from kaishu.returns import queries as returns


@unit_page
def receipt(seat: Seat, unit: UnitView) -> HttpResponse:
    """Show the receipt of a unit that was paid or disposed of; before that, where it stands."""
    if not has_receipt(unit):
        return act.changed(seat, unit)
    case = seat.case
    at = {step.code: step.at for step in unit.steps}
    said = signed.receipt_of(case, unit)
    context = {
        "unit": unit,
        "name": act.product_name(unit),
        "remedy": remedy_of(unit),
        "at": at,
        "paid": [p for p in unit.promises if p.role == "remedy" and p.account == PAID],
        "ended": _ended(case, unit),
        "certificate": returns.certificate_of(case_no=case.case_no, unit_no=unit.unit_no),
        "signed": _shown(said) if said else None,
        "entries": [e for e in case.entries if e.unit_no == unit.unit_no],
    }
    return seat.show("receipt.html", context)


@unit_page
def sheet(seat: Seat, unit: UnitView) -> HttpResponse:
    """Give the signed receipt as one A4 page to keep or to hand on."""
    said = _said(seat, unit)
    code = receipt_keys.sign(said)
    recall = seat.recall
    pdf = receipt_pdf(
        Sheet(
            language=language.tag(),
            title=_("Receipt"),
            company=say(recall.company, language.tag()),
            recall=say(recall.title, language.tag()),
            facts=(
                (_("Product"), f"{act.product_name(unit)} ({unit.product})"),
                (_("Serial number"), unit.serial or _("not readable")),
                (_("Your reference number"), unit_code(seat.case.case_no, unit.unit_no)),
                *((word(each.what), day(each.on)) for each in said.proven),
            ),
            about=_(
                "This receipt names nobody. Scan the code, or paste it on the page below, "
                "to see that it is genuine and belongs to this unit."
            ),
            address=signed.verify_address(code),
            page=signed.verify_address("").partition("?")[0],
            code=code,
            key_label=_("Fingerprint of the key that signed it"),
            key=receipts.fingerprint(receipt_keys.in_force()),
        ),
        at=seat.case.submitted_at,
    )
    response = HttpResponse(pdf, content_type="application/pdf")
    name = f"receipt-{seat.case.case_no}-{unit.unit_no}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@unit_page
def proof(seat: Seat, unit: UnitView) -> HttpResponse:
    """Give what shows that the entries of the receipt are under their daily roots."""
    said = _said(seat, unit)
    found = roots.shown_of_case(
        case_no=seat.case.case_no, digests=[each.entry for each in said.proven]
    )
    return JsonResponse(
        {
            "receipt": receipt_keys.sign(said),
            "entries": [
                {"what": each.what, "on": each.on.isoformat(), "entry": each.entry}
                | _proof(found.get(each.entry))
                for each in said.proven
            ],
        }
    )


def _proof(shown: roots.Shown | None) -> dict[str, Any]:
    if shown is None:
        return {"day": None}  # the day is not over yet
    return {
        "day": shown.day.isoformat(),
        "root": shown.root,
        "index": shown.proof.index,
        "leaves": shown.proof.leaves,
        "path": list(shown.proof.path),
    }


def _said(seat: Seat, unit: UnitView) -> Receipt:
    said = signed.receipt_of(seat.case, unit)
    if said is None:
        raise Http404
    return said


def _shown(said: Receipt) -> dict[str, Any]:
    code = receipt_keys.sign(said)
    return {
        "code": code,
        "address": signed.verify_address(code),
        "qr": _drawn(signed.verify_address(code)),
        "key": receipts.fingerprint(receipt_keys.in_force()),
    }


def _drawn(address: str) -> SafeString:
    """Return the code as SVG; level L or better, since its many modules want to stay large."""
    svg = segno.make(address, error="l", micro=False).svg_inline(
        omitsize=True, border=4, svgclass=None, lineclass=None
    )
    return mark_safe(svg)  # noqa: S308 (segno writes only lines, never the text itself)


def _ended(case: CaseView, unit: UnitView) -> object:
    """Return when the books say that the unit came to its end."""
    kinds = ("disposal.certified", "repair.done", "safe.done", "unit.gone")
    ends = [e for e in case.entries if e.unit_no == unit.unit_no and e.kind in kinds]
    return ends[-1] if ends else None
