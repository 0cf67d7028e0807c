"""Open a recall's population in the books, and correct it when a later edition differs.

The edition says how many units lie where; the books hold what was posted so far. Only the
difference is posted, so a repeat posts nothing. It lives here because editions and books do not
know each other.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, Sum

from kaishu.books.actions import post
from kaishu.books.models import Entry, UnitMoveRow
from kaishu.books.values import Place, UnitMove
from kaishu.core.accounts import DECLARED
from kaishu.core.recall import Recall as CoreRecall
from kaishu.editions.models import Recall
from kaishu.editions.queries import current_edition

OPENED = "population.opened"
CORRECTED = "population.corrected"
KINDS = (OPENED, CORRECTED)
DOOR = "publish"


class Share(NamedTuple):
    """Where a part of a product's units lies."""

    product: str
    pool: str
    account: str
    party: str


@transaction.atomic
def open_population(
    *, recall_row: Recall, recall: CoreRecall, by: str, at: datetime
) -> list[Entry]:
    """Post what the newest edition's population adds to the books or takes from them.

    One entry per place: `population.opened` for a product's first units, `population.corrected`
    for every later difference. Returns the entries posted; empty when the books agree already.
    Raises books.errors.TooLittle when more is taken back than still lies there.
    """
    Recall.objects.select_for_update().get(id=recall_row.id)  # one correction at a time
    newest = current_edition(recall_row.slug)
    number = newest.number if newest else 0
    wanted = Counter(
        {
            Share(row.product, row.pool, row.account, row.party): row.quantity
            for row in recall.population
        }
    )
    posted = _posted(recall_row.id)
    opened = {share.product for share in posted}
    before = Entry.objects.filter(recall_id=recall_row.id, kind__in=KINDS).count()
    return [
        post(
            kind=CORRECTED if share.product in opened else OPENED,
            moves=[_move(share, wanted[share] - posted[share])],
            recall_id=recall_row.id,
            key=f"{recall_row.id}/{number}/{before}/{'/'.join(share)}",
            door=DOOR,
            by=by,
            at=at,
        )
        for share in sorted(wanted | posted)
        if wanted[share] != posted[share]
    ]


def _move(share: Share, difference: int) -> UnitMove:
    declared, there = Place(DECLARED), Place(share.account, share.party)
    return UnitMove(
        product=share.product,
        pool=share.pool,
        quantity=abs(difference),
        source=declared if difference > 0 else there,
        target=there if difference > 0 else declared,
    )


def _posted(recall_id: int) -> Counter[Share]:
    """Return how many units population entries not taken back have put into each place so far."""
    of_population = Q(entry__kind__in=KINDS) | Q(entry__reverses__kind__in=KINDS)
    rows = UnitMoveRow.objects.filter(of_population, recall_id=recall_id)
    posted: Counter[Share] = Counter()
    for end, sign in (("target", 1), ("source", -1)):
        sums = (
            rows.exclude(**{end: DECLARED})
            .values_list("product", "pool", end, f"{end}_party")
            .annotate(units=Sum("quantity"))
        )
        for product, pool, account, party, units in sums:
            posted[Share(product, pool, account, party)] += sign * units
    return posted
