"""Count what lies at a site, blind: the books' numbers are shown after the count is closed.

Named units are counted by scan, the rest by number. A second person posts the difference; if the
books moved meanwhile, it is counted again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from kaishu.books import actions as books
from kaishu.books.models import Unit
from kaishu.books.sums import named_in, unnamed_in
from kaishu.books.values import Place
from kaishu.core.accounts import DEPOT
from kaishu.returns.errors import (
    StocktakeNotCounted,
    StocktakeNotOpen,
    StocktakeNumberWrong,
    StocktakeSamePerson,
    StocktakeStale,
    StocktakeUnitUnknown,
)
from kaishu.returns.models import (
    Container,
    ContainerUnit,
    Stocktake,
    StocktakeLine,
    StocktakeSeen,
)
from kaishu.returns.queries import kinds_held
from kaishu.returns.workplaces import require

MOST = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One product and pool: what was counted, what the books held, and which named are missing."""

    line: StocktakeLine
    counted: int
    expected: int
    missing: tuple[Unit, ...]

    @property
    def quantity(self) -> int:
        """Return how many more were counted than the books hold; negative where fewer."""
        return self.counted - self.expected


def open_stocktake(*, recall_id: int, site: str, by: str, at: datetime) -> Stocktake:
    """Begin a count, or return the one that goes on at this site."""
    require(account=by, parties=[site])
    going = Stocktake.objects.filter(
        recall_id=recall_id, site=site, posted_at=None, dropped_at=None
    )
    try:
        with transaction.atomic():
            return Stocktake.objects.create(
                recall_id=recall_id, site=site, opened_by=by, opened_at=at
            )
    except IntegrityError:
        return going.get()


def count_unit(*, stocktake_id: int, unit_id: int, by: str, at: datetime) -> bool:
    """Count one named unit; returns False where it was counted before."""
    with transaction.atomic():
        stocktake = _counting(stocktake_id, by)
        if not Unit.objects.filter(id=unit_id, recall_id=stocktake.recall_id).exists():
            raise StocktakeUnitUnknown(unit=unit_id)
        _, new = StocktakeSeen.objects.get_or_create(
            stocktake=stocktake, unit_id=unit_id, defaults={"by": by, "at": at}
        )
        return new


def count_sealed(*, stocktake_id: int, number: str, by: str, at: datetime) -> int:
    """Count a sealed container whole, its seal unbroken; returns how many named units it added.

    Counted stock in it is part of the number that is typed for its product.
    """
    with transaction.atomic():
        stocktake = _counting(stocktake_id, by)
        box = Container.objects.filter(
            number=number,
            recall_id=stocktake.recall_id,
            site=stocktake.site,
            handed_over_at=None,
        )
        container = box.exclude(seal_no="").first()
        if container is None:
            raise StocktakeUnitUnknown(unit=number[:40])
        inside = container.lines.values_list("unit_id", flat=True)
        added = 0
        for unit_id in [unit for unit in inside if unit is not None]:
            _, new = StocktakeSeen.objects.get_or_create(
                stocktake=stocktake, unit_id=unit_id, defaults={"by": by, "at": at}
            )
            added += new
        return added


def count_number(
    *, stocktake_id: int, product: str, pool: str, counted: int, by: str
) -> StocktakeLine:
    """Set how many units without a name were counted; the last number stands."""
    if not 0 <= counted < MOST:
        raise StocktakeNumberWrong(number=counted)
    with transaction.atomic():
        stocktake = _counting(stocktake_id, by)
        line, _ = StocktakeLine.objects.update_or_create(
            stocktake=stocktake, product=product, pool=pool, defaults={"counted": counted}
        )
        return line


def close_count(*, stocktake_id: int, by: str, at: datetime) -> Stocktake:
    """End the counting: only now are the books read, and kept beside the count. Twice is once."""
    with transaction.atomic():
        stocktake = _lock(stocktake_id)
        require(account=by, parties=[stocktake.site])
        if stocktake.counted_at is not None:
            return stocktake
        if stocktake.dropped_at is not None:
            raise StocktakeNotOpen
        seen = set(stocktake.seen.values_list("unit_id", flat=True))
        counted = {(line.product, line.pool): line.counted for line in stocktake.lines.all()}
        for product, pool in sorted(_kinds(stocktake) | set(counted)):
            unnamed, named, there = _held(stocktake, product, pool)
            StocktakeLine.objects.update_or_create(
                stocktake=stocktake,
                product=product,
                pool=pool,
                defaults={
                    "counted": counted.get((product, pool), 0),
                    "unnamed": unnamed,
                    "named": named,
                    "missing": sorted(there - seen),
                },
            )
        stocktake.counted_by, stocktake.counted_at = by, at
        stocktake.save(update_fields=["counted_by", "counted_at"])
        return stocktake


def drop_count(*, stocktake_id: int, by: str, at: datetime) -> None:
    """Throw a count away: nothing was posted, and another may begin."""
    with transaction.atomic():
        stocktake = _lock(stocktake_id)
        require(account=by, parties=[stocktake.site])
        if stocktake.posted_at is not None:
            raise StocktakeNotOpen
        if stocktake.dropped_at is None:
            stocktake.dropped_by, stocktake.dropped_at = by, at
            stocktake.save(update_fields=["dropped_by", "dropped_at"])


def post_count(*, stocktake_id: int, by: str, at: datetime) -> Stocktake:
    """Post every difference of a closed count. Twice is once.

    Raises StocktakeSamePerson for who counted, StocktakeStale where the books moved since.
    """
    with transaction.atomic():
        stocktake = _lock(stocktake_id)
        require(account=by, parties=[stocktake.site])
        if stocktake.posted_at is not None:
            return stocktake
        if stocktake.dropped_at is not None:
            raise StocktakeNotOpen
        if stocktake.counted_at is None:
            raise StocktakeNotCounted
        counters = {stocktake.counted_by, *stocktake.seen.values_list("by", flat=True)}
        if by in counters:
            raise StocktakeSamePerson
        books.hold_chains(recall_id=stocktake.recall_id, case_nos=("",))
        for line in stocktake.lines.order_by("id"):
            _post(stocktake, line, by=by, at=at)
        stocktake.posted_by, stocktake.posted_at = by, at
        stocktake.save(update_fields=["posted_by", "posted_at"])
        return stocktake


def differences(stocktake: Stocktake) -> list[Difference]:
    """Return the lines of a closed count beside what the books held then."""
    lines = [line for line in stocktake.lines.order_by("product", "pool") if line.named is not None]
    units = Unit.objects.in_bulk([unit for line in lines for unit in line.missing])
    return [
        Difference(
            line=line,
            counted=line.counted + (line.named or 0) - len(line.missing),
            expected=(line.unnamed or 0) + (line.named or 0),
            missing=tuple(units[unit] for unit in line.missing),
        )
        for line in lines
    ]


def strangers(stocktake: Stocktake) -> list[Unit]:
    """Return the units that were seen here and that the books hold elsewhere; a scan moves them."""
    seen = stocktake.seen.values_list("unit_id", flat=True)
    here = {"account": DEPOT, "party": stocktake.site}
    return list(Unit.objects.filter(id__in=list(seen)).exclude(**here).order_by("id"))


def countable(stocktake: Stocktake) -> list[tuple[str, str]]:
    """Return the products and pools that this site has ever held, for the counting page."""
    return sorted(_kinds(stocktake))


def _kinds(stocktake: Stocktake) -> set[tuple[str, str]]:
    found = kinds_held(recall_id=stocktake.recall_id, account=DEPOT, party=stocktake.site)
    return set(found)


def _held(stocktake: Stocktake, product: str, pool: str) -> tuple[int, int, set[int]]:
    place = Place(DEPOT, stocktake.site)
    key = (stocktake.recall_id, product, pool, place)
    there = Unit.objects.filter(
        recall_id=stocktake.recall_id,
        product=product,
        pool=pool,
        account=DEPOT,
        party=stocktake.site,
    )
    return unnamed_in(*key), named_in(*key), set(there.values_list("id", flat=True))


def _post(stocktake: Stocktake, line: StocktakeLine, *, by: str, at: datetime) -> None:
    unnamed, named, there = _held(stocktake, line.product, line.pool)
    if (unnamed, named) != (line.unnamed, line.named) or not set(line.missing) <= there:
        raise StocktakeStale(product=line.product)
    what: dict[str, Any] = {
        "recall_id": stocktake.recall_id,
        "product": line.product,
        "pool": line.pool,
        "place": Place(DEPOT, stocktake.site),
        "door": "returns",
        "by": by,
        "at": at,
    }
    key = f"stocktake:{stocktake.id}:{line.id}"
    if line.missing:
        ContainerUnit.objects.filter(
            unit_id__in=line.missing, container__handed_over_at=None
        ).delete()
        present = unnamed + named - len(line.missing)
        books.stocktake(**what, counted=present, missing=line.missing, key=f"{key}:named")
    left = named - len(line.missing)
    books.stocktake(**what, counted=line.counted + left, key=key)


def _lock(stocktake_id: int) -> Stocktake:
    found = Stocktake.objects.select_for_update().filter(id=stocktake_id).first()
    if found is None:
        raise StocktakeNotOpen
    return found


def _counting(stocktake_id: int, by: str) -> Stocktake:
    stocktake = _lock(stocktake_id)
    require(account=by, parties=[stocktake.site])
    if stocktake.counted_at is not None or stocktake.dropped_at is not None:
        raise StocktakeNotOpen
    return stocktake
