"""Replacement goods in stock: received by a document, reserved, dispatched by serial, delivered.

A unit that any recall of this installation may mean never goes out: asked when it comes in, when
it is reserved, and once more when the parcel is closed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from kaishu.books.locks import hold
from kaishu.books.models import Promise
from kaishu.core.accounts import OWED
from kaishu.core.answer import Inspection, judge
from kaishu.core.verdict import Answer
from kaishu.editions.queries import current_packs
from kaishu.payouts.errors import (
    ReasonMissing,
    StockFileWrong,
    StockRecalled,
    StockUnknown,
)
from kaishu.payouts.models import Instruction, StockUnit
from kaishu.payouts.reasons import GOODS_BACK

RECALLED = "recalled"
LONGEST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a receipt brought: taken in, and every serial that was not, with why."""

    units: int
    twice: tuple[str, ...]
    known: tuple[str, ...]
    wrong: tuple[str, ...]
    recalled: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The units of one commodity, counted; `owed` promises still need one each."""

    commodity: str
    free: int
    held: int
    reserved: int
    dispatched: int
    delivered: int
    back: int
    owed: int


def recalled(model: str, serial: str) -> bool:
    """Say whether any recall here may mean this unit: a question counts as yes."""
    safe = (Answer.NOT_AFFECTED, Answer.NO_SUCH_MODEL)
    return any(
        judge(pack, Inspection(model=model, serial=serial)).answer not in safe
        for pack in current_packs()
    )


def model_of(commodity: str) -> str:
    """Return the model of `sku:A1637`."""
    return commodity.removeprefix("sku:")


def receive_stock(
    *,
    commodity: str,
    serials: Iterable[str],
    document: str,
    by: str,
    at: datetime,
    dry: bool = False,
) -> Received:
    """Take units into stock by their serials; one that a recall may mean is held. Loads all or,
    `dry`, nothing. Raises StockFileWrong."""
    document = document.strip()
    typed = [serial.strip().upper() for serial in serials if serial.strip()]
    if not typed or not document or len(document) > 80 or not commodity.startswith("sku:"):
        raise StockFileWrong(commodity=commodity)
    wrong = [each for each in typed if len(each) > LONGEST or not each.isalnum()]
    good = [each for each in typed if each not in wrong]
    unique = list(dict.fromkeys(good))
    known = set(
        StockUnit.objects.filter(commodity=commodity, serial__in=unique).values_list(
            "serial", flat=True
        )
    )
    new = [serial for serial in unique if serial not in known]
    held = [serial for serial in new if recalled(model_of(commodity), serial)]
    if not dry:
        StockUnit.objects.bulk_create(
            [
                StockUnit(
                    commodity=commodity,
                    serial=serial,
                    document=document,
                    received_by=by,
                    received_at=at,
                    held=RECALLED if serial in held else "",
                )
                for serial in new
            ],
            ignore_conflicts=True,
            batch_size=2_000,
        )
    return Received(
        units=len(new),
        twice=tuple(dict.fromkeys(each for each in good if good.count(each) > 1)),
        known=tuple(serial for serial in unique if serial in known),
        wrong=tuple(each[:LONGEST] for each in wrong),
        recalled=tuple(held),
    )


def reserve(*, key: str, commodity: str, at: datetime) -> StockUnit | None:
    """Reserve the oldest free unit for an instruction that no recall means, or give the one it
    has; None where there is none."""
    with transaction.atomic():
        hold({f"stock {commodity}"})
        mine = StockUnit.objects.filter(reserved_key=key).first()
        if mine is not None:
            return mine
        free = StockUnit.objects.filter(commodity=commodity, reserved_key=None, held="")
        while (unit := free.order_by("id").first()) is not None:
            if recalled(model_of(commodity), unit.serial):
                StockUnit.objects.filter(id=unit.id).update(held=RECALLED)
                continue
            StockUnit.objects.filter(id=unit.id).update(reserved_key=key, reserved_at=at)
            unit.refresh_from_db()
            return unit
        return None


def to_dispatch() -> QuerySet[StockUnit]:
    """Return what is reserved and has not left yet, oldest first."""
    rows = StockUnit.objects.filter(reserved_key__isnull=False, dispatched_at=None, back_at=None)
    return rows.order_by("reserved_at", "id")


def dispatch(*, key: str, serial: str, tracking: str, by: str, at: datetime) -> StockUnit:
    """Record that a parcel left with this very unit, checked against every recall once more.

    The serial may be another free unit's: what was packed counts, and the reserved one is free
    again. Raises StockUnknown, StockRecalled.
    """
    serial = serial.strip().upper()
    with transaction.atomic():
        mine = StockUnit.objects.filter(reserved_key=key, dispatched_at=None, back_at=None).first()
        if mine is None:
            raise StockUnknown(serial=serial)
        hold({f"stock {mine.commodity}"})
        packed = mine if mine.serial == serial else _swap(mine, serial, at)
        if recalled(model_of(packed.commodity), packed.serial):
            raise StockRecalled(serial=serial)
        left = StockUnit.objects.filter(id=packed.id, reserved_key=key, dispatched_at=None)
        if not left.update(dispatched_by=by, dispatched_at=at, tracking=tracking.strip()[:60]):
            raise StockUnknown(serial=serial)
        facts = {"serial": packed.serial, "tracking": tracking.strip()[:60]}
        Instruction.objects.filter(key=key).update(facts=facts)
        packed.refresh_from_db()
        return packed


def note_delivered(*, key: str, at: datetime) -> None:
    """Record that the carrier delivered a parcel; the worker settles the promise by it."""
    gone = StockUnit.objects.filter(
        reserved_key=key, dispatched_at__isnull=False, delivered_at=None, back_at=None
    )
    if not gone.update(delivered_at=at):
        raise StockUnknown(serial=key)


def note_back(*, key: str, reason: str, at: datetime) -> None:
    """Record that a dispatched parcel came back or was lost; the promise is owed again.

    Raises ReasonMissing, StockUnknown.
    """
    if reason not in GOODS_BACK:
        raise ReasonMissing(number=key)
    gone = StockUnit.objects.filter(reserved_key=key, dispatched_at__isnull=False, back_at=None)
    if not gone.update(back_at=at, back_reason=reason):
        raise StockUnknown(serial=key)


def shelves() -> list[Shelf]:
    """Return the stock of every commodity, counted, and how many promises wait for a unit."""
    owed = dict(
        Promise.objects.filter(account=OWED, role="remedy", commodity__startswith="sku:")
        .order_by()
        .values_list("commodity")
        .annotate(count=Count("id"))
    )
    gone = Q(dispatched_at__isnull=False)
    counted = {
        row["commodity"]: row
        for row in StockUnit.objects.order_by()
        .values("commodity")
        .annotate(
            free=Count("id", filter=Q(reserved_key=None, held="")),
            held=Count("id", filter=Q(reserved_key=None) & ~Q(held="")),
            reserved=Count("id", filter=Q(reserved_key__isnull=False, dispatched_at=None)),
            dispatched=Count("id", filter=gone & Q(delivered_at=None, back_at=None)),
            delivered=Count("id", filter=Q(delivered_at__isnull=False, back_at=None)),
            back=Count("id", filter=Q(back_at__isnull=False)),
        )
    }
    names = ("free", "held", "reserved", "dispatched", "delivered", "back")
    nothing = dict.fromkeys(names, 0)
    return [
        Shelf(**{**nothing, **counted.get(name, {}), "commodity": name}, owed=owed.get(name, 0))
        for name in sorted({*owed, *counted})
    ]


def units_in(state: str, commodity: str = "", serials: Iterable[str] = ()) -> QuerySet[StockUnit]:
    """Return the units in a state of `shelves`; those with these serials in any state."""
    states = {
        "free": Q(reserved_key=None, held=""),
        "held": Q(reserved_key=None) & ~Q(held=""),
        "reserved": Q(reserved_key__isnull=False, dispatched_at=None),
        "dispatched": Q(dispatched_at__isnull=False, delivered_at=None, back_at=None),
        "delivered": Q(delivered_at__isnull=False, back_at=None),
        "back": Q(back_at__isnull=False),
    }
    wanted = [serial.strip().upper() for serial in serials]
    rows = StockUnit.objects.filter(Q(serial__in=wanted) if wanted else states[state])
    rows = rows.filter(commodity=commodity) if commodity else rows
    return rows.order_by("reserved_at", "id")


def owners_of(*, commodity: str, serials: Iterable[str]) -> list[StockUnit]:
    """Return the replacements with these serials that left us: who has them is in their case."""
    wanted = [serial.strip().upper() for serial in serials]
    rows = StockUnit.objects.filter(
        commodity=commodity, serial__in=wanted, dispatched_at__isnull=False
    )
    return list(rows.order_by("serial"))


def _swap(mine: StockUnit, serial: str, at: datetime) -> StockUnit:
    other = StockUnit.objects.filter(
        commodity=mine.commodity, serial=serial, reserved_key=None, back_at=None
    ).first()
    if other is None:
        raise StockUnknown(serial=serial)
    key = mine.reserved_key
    StockUnit.objects.filter(id=mine.id).update(reserved_key=None, reserved_at=None)
    StockUnit.objects.filter(id=other.id).update(reserved_key=key, reserved_at=at)
    other.refresh_from_db()
    return other
