"""Tie claim units to the books' units: who holds which, and what happens when two claim one.

A unit has one holder. Whoever comes second is saved as contested and moves nothing.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from kaishu.books import actions as books
from kaishu.books.errors import SerialElsewhere, UnitMoved
from kaishu.books.models import Unit
from kaishu.books.values import Place
from kaishu.claims.errors import SerialUnreadable, UnitContested
from kaishu.claims.models import ClaimUnit
from kaishu.claims.terms import pool_of, product_of
from kaishu.core import serials
from kaishu.core.accounts import AT_LARGE, OWNER
from kaishu.core.recall import Recall


def try_to_hold(row: ClaimUnit, recall: Recall, *, door: str, by: str, at: datetime) -> None:
    """Make this claim the holder of its serial's unit, or mark it contested.

    Sets fields of an unsaved or locked row; the caller saves it.
    """
    try:
        unit = _identify(row, recall, model=row.product, serial=row.serial)
    except SerialElsewhere:
        row.contested = True
        return
    row.unit_id = unit.id
    try:
        _become_holder(row, unit, door=door, by=by, at=at, key="holder")
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
) -> None:
    """Make sure an approved claim unit has a books unit of its own, and save which.

    `typed` is a serial that the reviewer read; without any serial the unit gets a tag. `number`
    is the decision's. Raises UnitContested, SerialElsewhere, SerialUnreadable.
    """
    if row.contested:
        raise UnitContested(case_no=holder_case(row))
    if row.unit_id is None:
        row.serial = _read(recall, model, typed) if typed else row.serial
        unit = _identify(row, recall, model=model, serial=row.serial)
        row.unit_id = unit.id
        _become_holder(row, unit, door="claims", by=by, at=at, key=f"holder-{number}")
    elif typed or row.serial:
        _bind(row, recall, model, typed or row.serial)
    ClaimUnit.objects.filter(id=row.id).update(
        unit_id=row.unit_id, holder_entry_id=row.holder_entry_id, serial=row.serial
    )


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


def _identify(row: ClaimUnit, recall: Recall, *, model: str, serial: str) -> Unit:
    product = product_of(recall, model)
    named = serial if recall.serial_format(product).unit_unique else ""
    return books.identify(
        recall_id=row.recall_id,
        product=product.model,
        pool=pool_of(recall, product.model),
        place=Place(AT_LARGE),
        serial=named,
        tag="" if named else f"case {row.claim.case_no}-{row.unit_no}",
    )


def _become_holder(
    row: ClaimUnit, unit: Unit, *, door: str, by: str, at: datetime, key: str
) -> None:
    # A unit whose parcel was lost is at large again, and still its sender's.
    holder = holder_of(unit.id)
    if unit.account != AT_LARGE or (holder is not None and holder.id != row.id):
        raise UnitContested(case_no=holder_case(row), unit=unit.id)
    case_no = row.claim.case_no
    try:
        with transaction.atomic():
            entry = books.move_unit(
                unit_id=unit.id,
                kind="holder.known",
                source=Place(AT_LARGE),
                target=Place(OWNER),
                key=f"{key}:{case_no}-{row.unit_no}",
                door=door,
                by=by,
                at=at,
                case_no=case_no,
                unit_no=row.unit_no,
            )
    except UnitMoved as moved:
        raise UnitContested(case_no=holder_case(row), unit=unit.id) from moved
    row.holder_entry_id = entry.id


def _read(recall: Recall, model: str, typed: str) -> str:
    reading = serials.read(typed, recall.serial_format(product_of(recall, model)))
    if reading.serial is None:
        raise SerialUnreadable(serial=typed)
    return reading.serial


def _bind(row: ClaimUnit, recall: Recall, model: str, typed: str) -> None:
    serial = _read(recall, model, typed)
    # Also a serial known from the start: a parcel that came before the approval was tagged.
    if row.unit_id is not None and serial_is_a_name(recall, model):
        books.bind_serial(unit_id=row.unit_id, serial=serial)
    row.serial = serial
