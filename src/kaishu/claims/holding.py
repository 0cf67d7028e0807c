"""Tie claim units to the books' units: who holds which, and what happens when two claim one.

A unit has one holder. Whoever comes second is saved as contested and moves nothing.
"""

from __future__ import annotations

from datetime import datetime

from kaishu.books import actions as books
from kaishu.books.errors import SerialElsewhere, UnitMoved
from kaishu.books.models import Unit
from kaishu.books.values import Place
from kaishu.claims import release
from kaishu.claims.errors import SerialUnreadable, UnitContested
from kaishu.claims.models import ClaimUnit
from kaishu.claims.search import keep as search
from kaishu.claims.terms import pool_of, product_of
from kaishu.core import serials
from kaishu.core.accounts import AT_LARGE, OWNER
from kaishu.core.recall import Recall


def try_to_hold(row: ClaimUnit, recall: Recall) -> None:
    """Make a new claim the holder of its serial's unit, or mark it contested.

    Sets fields of an unsaved row; the caller saves it. The owner was known from the day that the
    claim was sent on, though we may have learned of it later.
    """
    try:
        unit = _identify(row, recall, model=row.product, serial=row.serial)
    except SerialElsewhere as elsewhere:
        # Another model has this serial in the books: one of the two owners mistook the model.
        row.unit_id = int(elsewhere.facts["unit"])
        row.contested = True
        return
    row.unit_id = unit.id
    try:
        _become_holder(
            row,
            unit,
            door=row.claim.door,
            by=row.claim.by,
            at=row.claim.recorded_at,
            happened_at=row.claim.submitted_at,
            key="holder",
        )
    except UnitContested:
        row.contested = True


def secure(
    row: ClaimUnit,
    recall: Recall,
    *,
    model: str,
    typed: str,
    number: int,
    by: str,
    at: datetime,
) -> str:
    """Make sure an approved claim unit has a books unit of its own, and save which.

    Returns the account that the unit stands in.

    `model` and `typed` are what the reviewer read; where the books have the claim's unit under
    another model or serial, it is let go and the right one is held. Without any serial the unit
    gets a tag. `number` is the decision's. Raises UnitContested, SerialElsewhere,
    SerialUnreadable, UnitMovedOn.
    """
    if row.contested:
        raise UnitContested(case_no=holder_case(row))
    serial = _read(recall, model, typed) if typed else row.serial
    let_go, was = None, _kept(row)
    unit = Unit.objects.get(id=row.unit_id) if row.unit_id is not None else None
    if unit is not None and _is_another(unit, recall, model=model, serial=serial):
        let_go = release.let_go(row, number=number, by=by, at=at)
    row.serial, row.product = serial, model
    if row.unit_id is None or unit is None:
        unit = _identify_for(row, recall, let_go, number)
        row.unit_id = unit.id
        _become_holder(row, unit, door="claims", by=by, at=at, key=f"holder-{number}")
    elif serial and unit.serial != serial and serial_is_a_name(recall, model):
        # Also a serial known from the start: a parcel that came before the approval was tagged.
        books.bind_serial(unit_id=row.unit_id, serial=serial)
    now = _kept(row)
    if now != was:
        ClaimUnit.objects.filter(id=row.id).update(**now)
    if now["serial"] != was["serial"]:
        search.renew(row.claim_id)
    return unit.account


def _kept(row: ClaimUnit) -> dict[str, object]:
    names = ("unit_id", "holder_entry_id", "serial", "product")
    return {name: getattr(row, name) for name in names}


def contest(claim_unit_id: int, refused: UnitContested) -> None:
    """Keep that a claim unit turned out to be one that another claim holds.

    The approval that found it out was refused, and would be again; a reviewer may now change the
    holder. What had a unit of its own keeps it.
    """
    if unit_id := refused.facts.get("unit"):
        ClaimUnit.objects.filter(id=claim_unit_id, unit_id=None).update(
            unit_id=int(unit_id), contested=True
        )


def take_over(row: ClaimUnit, *, number: int, by: str, at: datetime) -> None:
    """Become the holder of the unit that another claim just gave up; the caller saves the row."""
    assert row.unit_id is not None
    unit = Unit.objects.get(id=row.unit_id)
    _become_holder(row, unit, door="claims", by=by, at=at, key=f"holder-{number}")


def tag_for_arrival(row: ClaimUnit, *, recall: Recall) -> int:
    """Return the id of the claim unit's books unit, tagging one where no serial is known.

    A parcel may arrive before anybody approved the claim; the unit has to be in the books.
    """
    if row.unit_id is None:
        unit = _identify(row, recall, model=row.product, serial="")
        ClaimUnit.objects.filter(id=row.id, unit_id=None).update(unit_id=unit.id)
        row.unit_id = unit.id
    return row.unit_id


def unit_of(row: ClaimUnit) -> int | None:
    """Return the id of the books' unit that a claim unit means, also where it was never noted.

    Claims of an earlier version were contested over a serial of another model without it.
    """
    if row.unit_id is not None or not row.serial:
        return row.unit_id
    named = Unit.objects.filter(recall_id=row.recall_id, serial=row.serial)
    return named.values_list("id", flat=True).first()


def holder_of(unit_id: int) -> ClaimUnit | None:
    """Return the claim unit that holds a books unit."""
    return (
        ClaimUnit.objects.filter(unit_id=unit_id, holder_entry_id__isnull=False)
        .select_related("claim")
        .order_by("-holder_entry_id")
        .first()
    )


def is_at_large(row: ClaimUnit) -> bool:
    """Say whether the claim unit's books unit is out there with nobody known to have it."""
    return Unit.objects.filter(id=row.unit_id or 0, account=AT_LARGE).exists()


def holder_case(row: ClaimUnit) -> str:
    """Return the case number of the claim that holds this claim unit's books unit, or ""."""
    holder = holder_of(row.unit_id) if row.unit_id else None
    return holder.claim.case_no if holder else ""


def serial_is_a_name(recall: Recall, model: str) -> bool:
    """Say whether a serial of this product names one unit, or a lot that many share."""
    return recall.serial_format(product_of(recall, model)).unit_unique


def _is_another(unit: Unit, recall: Recall, *, model: str, serial: str) -> bool:
    """Say whether the books' unit of a claim is not the one that the reviewer read."""
    named = serial if serial_is_a_name(recall, model) else ""
    return unit.product != model or bool(unit.serial and named and unit.serial != named)


def _identify_for(row: ClaimUnit, recall: Recall, let_go: int | None, number: int) -> Unit:
    """Return the books' unit that a claim's model and serial name.

    The books keep a serial under the model it was first read as. Where that unit was `let_go` a
    moment ago, the claim's own gets a tag with the number of the decision.
    """
    try:
        return _identify(row, recall, model=row.product, serial=row.serial)
    except SerialElsewhere as elsewhere:
        if elsewhere.facts.get("unit") != str(let_go):
            raise
    return _identify(row, recall, model=row.product, serial="", more=f"-{number}")


def _identify(row: ClaimUnit, recall: Recall, *, model: str, serial: str, more: str = "") -> Unit:
    product = product_of(recall, model)
    named = serial if recall.serial_format(product).unit_unique else ""
    return books.identify(
        recall_id=row.recall_id,
        product=product.model,
        pool=pool_of(recall, product.model),
        place=Place(AT_LARGE),
        serial=named,
        tag="" if named else f"case {row.claim.case_no}-{row.unit_no}{more}",
    )


def _become_holder(
    row: ClaimUnit,
    unit: Unit,
    *,
    door: str,
    by: str,
    at: datetime,
    key: str,
    happened_at: datetime | None = None,
) -> None:
    # A unit whose parcel was lost is at large again, and still its sender's.
    holder = None if unit.just_named else holder_of(unit.id)
    if unit.account != AT_LARGE or (holder is not None and holder.id != row.id):
        raise UnitContested(case_no=holder_case(row), unit=unit.id)
    case_no = row.claim.case_no
    try:
        entry = books.move_unit(
            unit_id=unit.id,
            kind="holder.known",
            source=Place(AT_LARGE),
            target=Place(OWNER),
            key=f"{key}:{case_no}-{row.unit_no}",
            door=door,
            by=by,
            at=at,
            happened_at=happened_at,
            case_no=case_no,
            unit_no=row.unit_no,
            known=unit,
        )
    except UnitMoved as moved:
        raise UnitContested(case_no=holder_case(row), unit=unit.id) from moved
    row.holder_entry_id, unit.account = entry.id, OWNER


def _read(recall: Recall, model: str, typed: str) -> str:
    reading = serials.read(typed, recall.serial_format(product_of(recall, model)))
    if reading.serial is None:
        raise SerialUnreadable(serial=typed)
    return reading.serial
