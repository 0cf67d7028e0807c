"""Say what a row would do, before anything is done: the try-out and the import ask the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kaishu.books.queries import unit_by_serial
from kaishu.claims.facts import check
from kaishu.claims.holding import holder_of, serial_is_a_name
from kaishu.claims.imports.errors import (
    PaidContested,
    PaidMore,
    PaidOutOfScope,
    PlaceNeeded,
)
from kaishu.claims.imports.models import ClaimImport
from kaishu.claims.imports.rows import APPROVED, MINOR_UNITS, REFUSED, ImportRow, read_row
from kaishu.claims.imports.table import stored_table
from kaishu.claims.known import inspection_of
from kaishu.claims.models import Claim
from kaishu.claims.terms import remedy_of
from kaishu.core import serials
from kaishu.core.accounts import AT_LARGE
from kaishu.core.answer import judge
from kaishu.core.canonical import digest
from kaishu.core.pack import Pack
from kaishu.core.remedy import Purchase, award, currency_of
from kaishu.core.verdict import Answer, Verdict
from kaishu.editions import queries as editions

DOOR = "import"
# What comes of a row that is not refused.
ALREADY, CONTESTED, CREATED = "already_there", "contested", "created"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One row with what it would do. `amount` is what the remedy would promise, in minor units."""

    row: ImportRow
    key: str
    did: str
    serial: str
    verdict: str
    reason: str
    facts: Mapping[str, str]
    amount: int
    commodity: str

    @property
    def doubt(self) -> str:
        """Return the reason code of a unit that the recall does not certainly cover, or ""."""
        return "" if self.verdict == Answer.AFFECTED else self.reason

    @property
    def approves(self) -> bool:
        """Say whether the claim unit would be approved."""
        return self.did == CREATED and (self.row.decision == APPROVED or self.row.paid)


def pack_of(source: ClaimImport) -> Pack:
    """Return the edition that answers now for the import's recall."""
    return editions.current_pack(source.slug)


def plan_row(source: ClaimImport, number: int, pack: Pack, *, today: date) -> Planned:
    """Return what one row would do now. Raises CellWrong, PaidOutOfScope, PaidContested, …"""
    cells = stored_table(source.file, source.encoding).row(number)
    settings: Mapping[str, str] = source.settings
    row = read_row(
        cells, mapping=source.mapping, settings=settings, recall=pack.recall, today=today
    )
    key = key_of(source, row, number)
    unit = row.unit
    verdict = judge(pack, inspection_of(unit, market=pack.recall.market))
    model = str(verdict.facts.get("model", unit.model))
    serial = _serial(pack, model, unit.serial)
    did = _did(source, pack, key, model, serial)
    check(row.facts)
    if did == ALREADY:
        return _planned(row, key, did, serial, verdict, 0, "")
    if row.settled and verdict.answer is not Answer.AFFECTED:
        raise PaidOutOfScope(serial=serial or unit.serial, reason=verdict.reason)
    if row.settled and did == CONTESTED:
        raise PaidContested(serial=serial)
    _places(row, settings)
    amount, commodity = _award(row, pack, model) if did == CREATED else (0, "")
    return _planned(row, key, did, serial, verdict, amount, commodity)


def key_of(source: ClaimImport, row: ImportRow, number: int) -> str:
    """Name a row for ever: by its own reference where it has one, else by file and row number.

    A file that is exported again with more rows brings in only those.
    """
    if row.reference:
        return f"ref:{digest([source.slug, row.reference])[:40]}"
    return f"row:{source.sha256[:40]}:{number}"


def _planned(
    row: ImportRow, key: str, did: str, serial: str, verdict: Verdict, amount: int, commodity: str
) -> Planned:
    return Planned(
        row=row,
        key=key,
        did=did,
        serial=serial,
        verdict=str(verdict.answer),
        reason=verdict.reason,
        facts={name: str(value) for name, value in verdict.facts.items()},
        amount=amount,
        commodity=commodity,
    )


def _serial(pack: Pack, model: str, typed: str) -> str:
    product = pack.recall.product(model)
    if product is None or not typed:
        return ""
    return serials.read(typed, pack.recall.serial_format(product)).serial or ""


def _did(source: ClaimImport, pack: Pack, key: str, model: str, serial: str) -> str:
    if Claim.objects.filter(door=DOOR, key=key).exists():
        return ALREADY
    if not serial or pack.recall.product(model) is None:
        return CREATED
    if not serial_is_a_name(pack.recall, model):
        return CREATED
    unit = unit_by_serial(recall_id=source.recall_id, serial=serial)
    held = unit is not None and (unit.account != AT_LARGE or holder_of(unit.id) is not None)
    return CONTESTED if held else CREATED


def _places(row: ImportRow, settings: Mapping[str, str]) -> None:
    if row.collected and not settings.get("depot"):
        raise PlaceNeeded(place="depot")
    if row.disposed_on and not settings.get("recycler"):
        raise PlaceNeeded(place="recycler")


def _award(row: ImportRow, pack: Pack, model: str) -> tuple[int, str]:
    """Return what the remedy promises; raise where more was paid, or no such remedy is offered."""
    if row.decision == REFUSED and not row.paid:
        return 0, ""
    if row.decision != APPROVED and not row.paid:
        return 0, ""
    remedy = remedy_of(pack.recall, model, row.unit.remedy)
    purchase = Purchase(
        order_no=row.unit.order_no,
        amount=row.unit.order_amount,
        bought_on=row.unit.bought_on,
        shop=row.unit.shop,
    )
    full = award(remedy, purchase)[0]
    paid = full.quantity if row.paid_amount is None else row.paid_amount
    if paid > full.quantity or paid <= 0:
        raise PaidMore(
            paid=_amount(paid, full.commodity), full=_amount(full.quantity, full.commodity)
        )
    return paid, full.commodity


def _amount(quantity: int, commodity: str) -> str:
    """Say a quantity as people write it in a spreadsheet: 249.00 CNY, 3,990 JPY, 1 A1256."""
    currency = currency_of(commodity)
    if not currency:
        return f"{quantity:,} {commodity.partition(':')[2]}"
    places = MINOR_UNITS.get(currency, 2)
    return f"{Decimal(quantity).scaleb(-places):,.{places}f} {currency}"
