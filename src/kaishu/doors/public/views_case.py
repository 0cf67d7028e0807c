"""One claim as its owner sees it: confirmation on the first day, tracking ever after."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kaishu.base import language, words
from kaishu.claims import queries
from kaishu.claims.errors import ClaimNotFound
from kaishu.claims.views import UnitView
from kaishu.core.recall import Recall, say
from kaishu.core.sentences import Sentence, sentence
from kaishu.core.stage import STEPS, StageCode
from kaishu.doors.public import errors, site
from kaishu.doors.public.next_step import next_step
from kaishu.editions import queries as editions

_TONES = {
    StageCode.QUESTION: "ask",
    StageCode.REFUSED: "ask",
    StageCode.PARCEL_LOST: "ask",
    StageCode.DONE: "ok",
}
# Stages whose cause is a decision that the owner must be able to read.
_WITH_REASON = {StageCode.QUESTION: "asked", StageCode.REFUSED: "refused"}


@require_safe
@cache_control(no_store=True)
def case(request: HttpRequest, tongue: str, token: str) -> HttpResponse:
    """Show the claim that this link opens. The reference alone opens nothing."""
    try:
        claim = queries.claim_by_token(token)
    except ClaimNotFound:
        return errors.no_such_claim(request)
    view = queries.case(claim.case_no)
    units = [_unit(unit) for unit in view.units]
    recall = _recall(view.units[0])
    at_home = any(unit.stage.position <= STEPS.index("posted") for unit in view.units)
    fresh = all(unit.stage.code is StageCode.IN_REVIEW for unit in view.units)
    context = {"case": view, "units": units, "at_home": at_home, "fresh": fresh}
    return site.show(request, "public/case.html", recall, context)


def _recall(unit: UnitView) -> Recall:
    return editions.pack_for(editions.edition(unit.edition_id)).recall


def _unit(unit: UnitView) -> dict[str, Any]:
    recall = _recall(unit)
    product = recall.product(unit.product)
    remedy = recall.remedy(unit.remedy)
    return {
        "view": unit,
        "name": say(product.name, language.tag()) if product else unit.product,
        "remedy": remedy,
        "tone": _TONES.get(unit.stage.code, "info"),
        "headline": words.word(f"owner.{unit.stage.code}"),
        "next": next_step(unit.stage, remedy),
        "reason": _reason(unit),
    }


def _reason(unit: UnitView) -> Sentence | None:
    kind = _WITH_REASON.get(unit.stage.code)
    decision = next((d for d in reversed(unit.decisions) if d.kind == kind), None)
    return sentence(decision.reason, language.tag(), decision.facts) if decision else None
