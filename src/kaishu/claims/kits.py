"""Keep a unit's condition and its kit in step: what may not be posted gets no bag for the post."""

from __future__ import annotations

from datetime import datetime

from kaishu.books import actions as books
from kaishu.books.models import Promise
from kaishu.books.queries import promises_of_case
from kaishu.claims.facts import urgency_of
from kaishu.claims.models import ClaimUnit
from kaishu.claims.terms import recall_of
from kaishu.core.accounts import OWED
from kaishu.core.remedy import Award
from kaishu.core.triage import kit_for


def keep_condition(unit: ClaimUnit, condition: str, *, key: str, by: str, at: datetime) -> None:
    """Write down how a locked unit is now; a kit still owed becomes the one that this allows.

    `key` names the act in the books. A kit that has left is for the caller to settle.
    """
    ClaimUnit.objects.filter(id=unit.id).update(condition=condition, urgency=urgency_of(condition))
    kit = _owed_kit(unit)
    if kit is None:
        return
    remedy = recall_of(unit.edition_id).remedy(kit.terms)
    wanted = kit_for(remedy.kit if remedy else kit.commodity, condition)
    if kit.commodity == wanted:
        return
    books.change_promises(
        promise_ids=[kit.id],
        awards=(Award(wanted, kit.quantity, "kit"),),
        terms=kit.terms,
        key=f"kit-route:{key}",
        door="claims",
        by=by,
        at=at,
        reason="condition_known",
    )


def _owed_kit(unit: ClaimUnit) -> Promise | None:
    for promise in promises_of_case(unit.claim.case_no):
        if (promise.unit_no, promise.role, promise.account) == (unit.unit_no, "kit", OWED):
            return promise
    return None
