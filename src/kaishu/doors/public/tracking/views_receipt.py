"""The end of a claim on one sheet: what came in, what went out, and what became of the product."""

from __future__ import annotations

from django.http import HttpResponse

from kaishu.claims.views import CaseView, UnitView
from kaishu.core.accounts import PAID
from kaishu.doors.public.tracking import act, qr
from kaishu.doors.public.tracking.seat import Seat, remedy_of, unit_page
from kaishu.doors.public.tracking.unit_part import has_receipt
from kaishu.returns import queries as returns


@unit_page
def receipt(seat: Seat, unit: UnitView) -> HttpResponse:
    """Show the receipt of a unit that was paid or disposed of; before that, where it stands."""
    if not has_receipt(unit):
        return act.changed(seat, unit)
    case = seat.case
    at = {step.code: step.at for step in unit.steps}
    context = {
        "unit": unit,
        "name": act.product_name(unit),
        "remedy": remedy_of(unit),
        "at": at,
        "paid": [p for p in unit.promises if p.role == "remedy" and p.account == PAID],
        "ended": _ended(case, unit),
        "certificate": returns.certificate_of(case_no=case.case_no, unit_no=unit.unit_no),
        "qr": qr.drawing(seat.address),
        "entries": [e for e in case.entries if e.unit_no == unit.unit_no],
    }
    return seat.show("receipt.html", context)


def _ended(case: CaseView, unit: UnitView) -> object:
    """Return when the books say that the unit came to its end."""
    kinds = ("disposal.certified", "repair.done", "safe.done", "unit.gone")
    ends = [e for e in case.entries if e.unit_no == unit.unit_no and e.kind in kinds]
    return ends[-1] if ends else None
