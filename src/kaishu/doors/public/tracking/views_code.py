"""The shop credit of a claim: shown when its owner asks for it, which is what delivers it.

Opening the address shows only a button: a program that follows links delivers nothing.
"""

from __future__ import annotations

from django.http import HttpResponse

from kaishu.claims.views import UnitView
from kaishu.doors.public.tracking import act
from kaishu.doors.public.tracking.seat import Seat, unit_page
from kaishu.payouts import shop_codes
from kaishu.payouts.errors import CodeNotFound


@unit_page
def code(seat: Seat, unit: UnitView) -> HttpResponse:
    """Show the button, and after it the code with what it is worth."""
    context = {"unit": unit, "name": act.product_name(unit)}
    if not shop_codes.has_code(case_no=seat.case.case_no, unit_no=unit.unit_no):
        return act.changed(seat, unit)
    if act.is_answer(seat.request):
        try:
            context["shown"] = shop_codes.show_code(
                case_no=seat.case.case_no, unit_no=unit.unit_no, at=seat.at
            )
        except CodeNotFound:
            return act.changed(seat, unit)
    return seat.show("code.html", context)
