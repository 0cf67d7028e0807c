"""What an owner does about one unit in writing: answer, change the remedy, take back, contest."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from kaishu.base import language
from kaishu.claims import owner
from kaishu.claims.views import UnitView
from kaishu.core.recall import Remedy
from kaishu.core.sentences import sentence
from kaishu.core.stage import StageCode
from kaishu.doors.public.problems import Problem
from kaishu.doors.public.tracking import act, asked, forms
from kaishu.doors.public.tracking.act import Act
from kaishu.doors.public.tracking.seat import Seat, recall_of, unit_page

_UNDECIDED = (StageCode.IN_REVIEW, StageCode.CONTESTED, StageCode.QUESTION)
REOPENS = (StageCode.REFUSED, StageCode.WITHDRAWN)


@unit_page
def answer(seat: Seat, unit: UnitView) -> HttpResponse:
    """Answer the reviewer's question in writing."""
    request = seat.request
    question = asked.of(unit)
    if question is None or (request.method != "POST" and not _is_asked(unit)):
        return act.changed(seat, unit)
    make = partial(
        forms.Answer,
        asks=question.asks,
        currency=recall_of(unit).currency,
        remedies=_offered(unit),
    )
    form = act.typed_form(request, make)
    page = Act(
        question=question.words,
        lede=(question.sentence.text,),
        button=_("Send my answer"),
        more=_cards(form, unit) if question.asks == "remedy" else {},
    )
    show = partial(_show, seat, unit, page, form)
    if not act.is_answer(request):
        return show([])
    problems = list(form.problems())
    if problems:
        return show(problems)
    return act.settle(
        seat,
        unit,
        lambda: owner.answer(
            claim_unit_id=unit.claim_unit_id,
            words=form.said("words"),
            serial=form.said("serial"),
            order_amount=form.cleaned_data.get("order_amount"),
            remedy=form.said("remedy"),
            at=seat.at,
            seen=act.seen_of(request),
        ),
        done="answer",
        again=show,
    )


@unit_page
def remedy(seat: Seat, unit: UnitView) -> HttpResponse:
    """Choose another remedy until the kit has left; afterwards say why not and who can help."""
    if seat.request.method != "POST" and not owner.may_change_remedy(unit):
        context = {"unit": unit, "name": act.product_name(unit), "remedy": _chosen(unit)}
        return seat.show("remedy_left.html", context)
    form = act.typed_form(seat.request, partial(forms.ChooseRemedy, remedies=_offered(unit)))
    page = Act(
        question=_("What would you like instead?"),
        button=_("Change to this"),
        more={**_cards(form, unit), "chosen": _chosen(unit)},
    )
    show = partial(_show, seat, unit, page, form)
    if not act.is_answer(seat.request):
        return show([])
    problems = list(form.problems())
    if problems:
        return show(problems)
    return act.settle(
        seat,
        unit,
        lambda: owner.change_remedy(
            claim_unit_id=unit.claim_unit_id,
            remedy=form.said("remedy"),
            at=seat.at,
            seen=act.seen_of(seat.request),
        ),
        done="remedy",
        again=show,
    )


@unit_page
def withdraw(seat: Seat, unit: UnitView) -> HttpResponse:
    """Take a claim back, knowing what is lost by it."""
    page = Act(
        question=_("Do you want to take this claim back?"),
        lede=(
            _("You will not receive anything for this product, and no return bag."),
            _("The product stays dangerous. Do not use it, and do not throw it away."),
            _("You can take the claim up again at any time, on this page."),
        ),
        button=_("Take my claim back"),
        tone="danger",
    )
    form = forms.Nothing()
    show = partial(_show, seat, unit, page, form)
    if not act.is_answer(seat.request):
        return show([]) if may_withdraw(unit) else act.changed(seat, unit)
    return act.settle(
        seat,
        unit,
        lambda: owner.withdraw(
            claim_unit_id=unit.claim_unit_id, at=seat.at, seen=act.seen_of(seat.request)
        ),
        done="withdraw",
        again=show,
    )


@unit_page
def contest(seat: Seat, unit: UnitView) -> HttpResponse:
    """Ask for a second look at a refusal, or take a withdrawn claim up again."""
    request = seat.request
    if request.method != "POST" and unit.stage.code not in REOPENS:
        return act.changed(seat, unit)
    ends = [d.kind for d in unit.decisions if d.kind in ("refused", "withdrawn")]
    refused = ends[-1:] == ["refused"]
    form = act.typed_form(request, forms.Words if refused else forms.Nothing)
    show = partial(_show, seat, unit, _contest_page(unit, refused=refused), form)
    if not act.is_answer(request):
        return show([])
    problems = list(form.problems())
    if problems:
        return show(problems)
    return act.settle(
        seat,
        unit,
        lambda: owner.contest(
            claim_unit_id=unit.claim_unit_id,
            words=form.said("words"),
            at=seat.at,
            seen=act.seen_of(request),
        ),
        done="contest" if refused else "again",
        again=show,
    )


def may_withdraw(unit: UnitView) -> bool:
    """Say whether a claim can be taken back here: until the product is on its way to us."""
    early = (*_UNDECIDED, StageCode.KIT_DUE, StageCode.KIT_SENT)
    return unit.stage.code in early


def _contest_page(unit: UnitView, *, refused: bool) -> Act:
    if not refused:
        return Act(
            question=_("Do you want to take your claim up again?"),
            lede=(_("We go on where we stopped. You do not have to fill in anything again."),),
            button=_("Take it up again"),
        )
    reason = next((d for d in reversed(unit.decisions) if d.kind == "refused"), None)
    said = sentence(reason.reason, language.tag(), reason.facts).text if reason else ""
    return Act(
        question=_("Why do you see it differently?"),
        lede=(
            said,
            _("A person who did not decide the first time looks again, with all your photos."),
        ),
        button=_("Ask for a second look"),
        more={"photo_first": "../photo/"},
    )


def _show(
    seat: Seat, unit: UnitView, page: Act, form: forms.Question, problems: list[Problem]
) -> HttpResponse:
    return act.page(seat, page, form, unit=unit, problems=problems)


def _is_asked(unit: UnitView) -> bool:
    return unit.stage.code is StageCode.QUESTION


def _offered(unit: UnitView) -> tuple[Remedy, ...]:
    recall = recall_of(unit)
    return recall.remedies_for(unit.product) if recall.product(unit.product) else recall.remedies


def _chosen(unit: UnitView) -> Remedy | None:
    return recall_of(unit).remedy(unit.remedy)


def _cards(form: forms.Question, unit: UnitView) -> dict[str, Any]:
    radios = form["remedy"].subwidgets
    cards: list[dict[str, Any]] = [
        {"remedy": remedy, "radio": radio, "compared": remedy.compared(unit.product)}
        for remedy, radio in zip(_offered(unit), radios, strict=True)
    ]
    return {"cards": cards, "remedy_field": form["remedy"]}
