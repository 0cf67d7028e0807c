"""Find where a unit lies by what can be read on it: the label's code, or its serial."""

from __future__ import annotations

from dataclasses import dataclass

from kaishu.books.models import Unit
from kaishu.claims import queries as claims
from kaishu.claims.errors import ClaimNotFound
from kaishu.returns.found import look_up
from kaishu.returns.labels import LabelUnreadable, read_label
from kaishu.returns.models import ContainerUnit, Scan

SCANS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Where a unit lies, and each scan of it, newest first. Nothing about a person.

    `account` is "" where the books do not know the unit yet.
    """

    product: str
    serial: str
    case_no: str
    unit_no: int | None
    account: str
    party: str
    container: str
    scans: tuple[Scan, ...]


def locate(typed: str) -> Located | None:
    """Return where the unit is that a label or a serial names; None where it names none.

    Raises LabelWrong, LabelWithoutUnit, SerialUnclear.
    """
    try:
        case_no, unit_no = read_label(typed)
    except LabelUnreadable:
        named = look_up(typed)
        if named is None:
            return None
        held = named.held
        return _located(
            named.unit,
            product=named.product,
            serial=named.serial,
            case_no=held.claim.case_no if held else "",
            unit_no=held.unit_no if held else None,
        )
    try:
        unit = claims.claim_unit(case_no=case_no, unit_no=unit_no)
    except ClaimNotFound:
        return None
    own = None if unit.contested else Unit.objects.filter(id=unit.unit_id or 0).first()
    return _located(own, product=unit.product, serial=unit.serial, case_no=case_no, unit_no=unit_no)


def _located(
    unit: Unit | None, *, product: str, serial: str, case_no: str, unit_no: int | None
) -> Located:
    scans = (
        Scan.objects.filter(case_no=case_no, unit_no=unit_no) if case_no else Scan.objects.none()
    )
    lines = ContainerUnit.objects.filter(unit_id=unit.id if unit else 0).order_by("-id")
    return Located(
        product=product,
        serial=serial,
        case_no=case_no,
        unit_no=unit_no,
        account=unit.account if unit else "",
        party=unit.party if unit else "",
        container=lines.values_list("container__number", flat=True).first() or "",
        scans=tuple(scans.select_related("undone").order_by("-id")[:SCANS]),
    )
