"""An installation with something of everything in it, and what must be equal after it came back."""

from __future__ import annotations

from pathlib import Path

from django.db import connection
from django.db.models import Sum

from kaishu.base.keeping import tables
from kaishu.base.storage import evidence_store
from kaishu.books.models import Entry, PromiseMoveRow, UnitMoveRow
from kaishu.claims.models import Evidence
from tests.claims.world import START, World
from tests.payouts.teller import approved_batch, make_due, rounds

PHOTO = b"a photo of a label" * 200


def filled(folder: Path) -> World:
    """Return a world with a paid refund, two open claims and a photo."""
    world = World().open(folder)
    make_due(world, "SN0001")
    approved_batch(world)
    rounds(world, 1)
    for serial in ("SN0002", "SN0003"):
        world.claim(serial, remedy="refund", key=serial)
    add_photo(world, "SN0002")
    return world


def add_photo(world: World, serial: str, content: bytes = PHOTO) -> str:
    """Keep a photo with a claim; returns its name in the store."""
    import hashlib

    unit = world.unit(serial)
    row = Evidence.objects.create(
        claim=unit.claim,
        claim_unit=unit,
        kind="label",
        name=evidence_store().put(content),
        sha256=hashlib.sha256(content).hexdigest(),
        media_type="image/jpeg",
        size=len(content),
    )
    return row.name


def everything() -> dict[str, list[bytes]]:
    """Return every row of every table as it would be exported."""
    with tables.one_moment():
        found = tables.tables_of(tables.applied())
        return {name: list(tables.lines(model)) for name, model in found.items()}


def sums(entries: frozenset[int] | None = None) -> dict[str, list[object]]:
    """Return what the books come to, for these entries only where they are named."""
    wanted = frozenset(Entry.objects.values_list("id", flat=True)) if entries is None else entries
    units = UnitMoveRow.objects.filter(entry_id__in=wanted)
    money = PromiseMoveRow.objects.filter(entry_id__in=wanted)
    by_place = ("recall_id", "product", "source", "target")
    by_word = ("recall_id", "commodity", "source", "target")
    return {
        "units": list(units.values_list(*by_place).annotate(Sum("quantity")).order_by(*by_place)),
        "money": list(money.values_list(*by_word).annotate(Sum("quantity")).order_by(*by_word)),
        "heads": list(
            Entry.objects.filter(id__in=wanted).order_by("id").values_list("id", "digest")
        ),
    }


def wipe() -> None:
    """Lose the database, as a dead disk would."""
    connection.close()
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        for end in ("", "-wal", "-shm"):
            Path(name + end).unlink(missing_ok=True)
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


__all__ = ["PHOTO", "START", "add_photo", "everything", "filled", "sums", "wipe"]
