"""The owner says that the product turned dangerous: safety first, then everything else."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse
from django.utils.translation import gettext as _

from kaishu.base import language
from kaishu.claims import owner
from kaishu.claims.views import UnitView
from kaishu.core.sentences import sentence
from kaishu.core.stage import STEPS
from kaishu.doors.public.problems import Problem
from kaishu.doors.public.tracking import act, forms
from kaishu.doors.public.tracking.act import Act
from kaishu.doors.public.tracking.seat import Seat, unit_page


@unit_page
def danger(seat: Seat, unit: UnitView) -> HttpResponse:
    """Report that a product is swollen, hot, leaking or wet."""
    if not is_at_home(unit):
        return act.changed(seat, unit)
    request = seat.request
    form = act.typed_form(request, forms.Danger)
    page = Act(
        question=_("What is wrong with the product?"),
        button=_("Report it now"),
        more={"safety": sentence("triage_first", language.tag())},
    )
    show = partial(_show, seat, unit, page, form)
    if not act.is_answer(request):
        return show([])
    problems = list(form.problems())
    if problems or not isinstance(form, forms.Danger):
        return show(problems)
    return act.settle(
        seat,
        unit,
        lambda: owner.report_danger(
            claim_unit_id=unit.claim_unit_id,
            condition=form.said("condition"),
            words=form.said("words"),
            injured=form.yes("injured"),
            fire=form.yes("fire"),
            at=seat.at,
            key=act.key_of(request),
        ),
        done="danger",
        again=show,
    )


def is_at_home(unit: UnitView) -> bool:
    """Say whether the product is still with its owner, as far as we know."""
    return unit.stage.position <= STEPS.index("posted")


def _show(
    seat: Seat, unit: UnitView, page: Act, form: forms.Question, problems: list[Problem]
) -> HttpResponse:
    return act.page(seat, page, form, unit=unit, problems=problems)
