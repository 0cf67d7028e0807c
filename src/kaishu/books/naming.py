"""Give units their names: a serial or a tag for one of those counted so far. Nothing moves."""

from __future__ import annotations

from django.db import IntegrityError, connection, transaction

from kaishu.books import errors
from kaishu.books.ledger import joining
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
    with joining():
        new = Unit(
            recall_id=recall_id,
            product=product,
            pool=pool,
            account=place.account,
            party=place.party,
            **name,
        )
        if place.account not in MAY_GO_NEGATIVE:
            unit = Unit.objects.filter(recall_id=recall_id, **name).first()
            if unit is not None:
                return _of(unit, product)
            hold({f"place {recall_id} {product} {pool} {place}"})
            if unnamed_in(recall_id, product, pool, place) < 1:
                raise errors.TooLittle(place=place, there=0, wanted=1)
        if _insert(new):
            return new
        return _of(Unit.objects.get(recall_id=recall_id, **name), product)


def _of(unit: Unit, product: str) -> Unit:
    if unit.product != product:
        raise errors.SerialElsewhere(unit=unit.id, product=unit.product)
    return unit


def _insert(new: Unit) -> bool:
    """Insert a unit and set its id, unless its name is taken; says which, in one statement.

    The ORM can skip what is there already, but then does not say what it inserted.
    """
    fields = [field for field in Unit._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(connection.ops.quote_name(field.attname) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    table = connection.ops.quote_name(Unit._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 (the model's own names)
            " ON CONFLICT DO NOTHING RETURNING id",
            [getattr(new, field.attname) for field in fields],
        )
        row = cursor.fetchone()
    if row is None:
        return False
    new.id, new.just_named, new._state.adding = row[0], True, False
    return True


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
