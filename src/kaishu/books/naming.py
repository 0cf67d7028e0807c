"""Give units their names: a serial or a tag for one of those counted so far. Nothing moves."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from kaishu.books import errors
from kaishu.books.locks import hold
from kaishu.books.models import Unit
from kaishu.books.sums import unnamed_in
from kaishu.books.values import Place
from kaishu.core.accounts import MAY_GO_NEGATIVE


def identify(
    *,
    recall_id: int,
    product: str,
    pool: str,
    place: Place,
    serial: str = "",
    tag: str = "",
) -> Unit:
    """Give a name to one of the counted units in a place, or return the unit that has it.

    Nothing moves. Raises SerialElsewhere where the name belongs to another product, TooLittle
    where every unit counted in the place has a name already.
    """
    name = {"serial": serial} if serial else {"tag": tag}
    with transaction.atomic():
        unit = Unit.objects.filter(recall_id=recall_id, **name).first()
        if unit is None:
            if place.account not in MAY_GO_NEGATIVE:
                hold({f"place {recall_id} {product} {pool} {place}"})
                if unnamed_in(recall_id, product, pool, place) < 1:
                    raise errors.TooLittle(place=place, there=0, wanted=1)
            new = Unit(
                recall_id=recall_id,
                product=product,
                pool=pool,
                account=place.account,
                party=place.party,
                **name,
            )
            Unit.objects.bulk_create([new], ignore_conflicts=True)
            unit = Unit.objects.get(recall_id=recall_id, **name)
        if unit.product != product:
            raise errors.SerialElsewhere(unit=unit.id, product=unit.product)
        return unit


def bind_serial(*, unit_id: int, serial: str) -> Unit:
    """Give a tagged unit its serial, once it can be read. Raises SerialElsewhere."""
    with transaction.atomic():
        unit = Unit.objects.get(id=unit_id)
        if unit.serial == serial:
            return unit
        hold({f"serial {unit.recall_id} {serial}"})
        other = Unit.objects.filter(recall_id=unit.recall_id, serial=serial).first()
        if other is not None and other.id != unit_id:
            raise errors.SerialElsewhere(unit=other.id, product=other.product)
        try:
            with transaction.atomic():
                bound = Unit.objects.filter(id=unit_id, serial__in=("", serial)).update(
                    serial=serial
                )
        except IntegrityError as taken:  # somebody named another unit so this very moment
            raise errors.SerialElsewhere(product=unit.product) from taken
        if not bound:
            raise errors.SerialElsewhere(unit=unit_id, product=unit.product)
        unit.refresh_from_db()
        return unit
