"""Units whose owner has the whole remedy, as of a moment: every remedy promise paid, none open."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from kaishu.core.accounts import DEPOT, GONE, OWED, PAID, SENT, STRAY, TRANSIT
from kaishu.core.remedy import COLLECTED_AT

# A promise that was closed in favour of others is back in cost and a declined one is waived:
# neither is open nor paid. The product of a claim unit is that of its last move.
_PLACED = """
WITH settled AS (
    SELECT p.case_no, p.unit_no
    FROM books_promise_move m JOIN books_promise p ON p.id = m.promise_id
    WHERE m.recall_id = %(recall)s AND p.role = 'remedy' {clocks_m}
    GROUP BY p.case_no, p.unit_no
    HAVING SUM(CASE WHEN m.target = %(paid)s THEN 1 WHEN m.source = %(paid)s THEN -1 ELSE 0 END) > 0
       AND SUM(CASE WHEN m.target IN (%(owed)s, %(sent)s) THEN 1 ELSE 0 END
             - CASE WHEN m.source IN (%(owed)s, %(sent)s) THEN 1 ELSE 0 END) = 0
), placed AS (
    SELECT s.case_no, s.unit_no, MAX(m.id) AS last_id
    FROM settled s
    LEFT JOIN books_entry e ON e.chain = s.case_no AND e.unit_no = s.unit_no
    LEFT JOIN books_unit_move m
        ON m.entry_id = e.id AND m.recall_id = %(recall)s AND m.pool <> %(stray)s {clocks_m}
    GROUP BY s.case_no, s.unit_no
)"""
_ROWS = (
    _PLACED
    + """
SELECT p.case_no, p.unit_no, COALESCE(m.product, ''), COALESCE(m.pool, '')
FROM placed p LEFT JOIN books_unit_move m ON m.id = p.last_id
ORDER BY p.case_no, p.unit_no
"""
)
_SETTLED = (
    _PLACED  # noqa: S608 (our own texts; values are bound)
    + """, things AS (
    SELECT m.product, m.pool, m.unit_id, m.target,
        CASE WHEN m.unit_id IS NULL THEN p.case_no ELSE '' END AS case_no,
        CASE WHEN m.unit_id IS NULL THEN p.unit_no ELSE 0 END AS unit_no
    FROM placed p LEFT JOIN books_unit_move m ON m.id = p.last_id
), once AS (
    SELECT t.product, t.pool, t.unit_id, t.case_no, t.unit_no, MAX(t.target) AS target
    FROM things t GROUP BY t.product, t.pool, t.unit_id, t.case_no, t.unit_no
), stands AS (
    SELECT o.product, o.pool,
        CASE WHEN o.unit_id IS NULL THEN CASE WHEN o.target IN ({collected}) THEN 1 ELSE 0 END
        ELSE (SELECT SUM(CASE WHEN m.target IN ({collected}) THEN 1 ELSE 0 END
                       - CASE WHEN m.source IN ({collected}) THEN 1 ELSE 0 END)
                  + CASE WHEN (
                        SELECT t.source FROM books_unit_move t
                        WHERE t.unit_id = o.unit_id {clocks_t}
                            AND (t.source = %(transit)s OR t.target = %(transit)s)
                        ORDER BY t.happened_at DESC, t.id DESC LIMIT 1
                    ) = %(depot)s THEN 1 ELSE 0 END
              FROM books_unit_move m WHERE m.unit_id = o.unit_id {clocks_m}) END AS collected,
        CASE WHEN o.unit_id IS NULL THEN CASE WHEN o.target = %(gone)s THEN 1 ELSE 0 END
        ELSE (SELECT SUM(CASE WHEN m.target = %(gone)s THEN 1 ELSE 0 END
                       - CASE WHEN m.source = %(gone)s THEN 1 ELSE 0 END)
              FROM books_unit_move m WHERE m.unit_id = o.unit_id {clocks_m}) END AS gone
    FROM once o
)
SELECT COALESCE(product, ''), COALESCE(pool, ''), COUNT(*),
    COALESCE(SUM(collected), 0), COALESCE(SUM(gone), 0)
FROM stands GROUP BY product, pool ORDER BY 1, 2
"""
)


class Settled(NamedTuple):
    """Settled units of a product and pool, and how many of them are collected, or gone.

    `product` is "" where no move names the unit.
    """

    product: str
    pool: str
    units: int
    collected: int
    gone: int


def settled(*, recall_id: int, as_of: datetime | None, known_at: datetime | None) -> list[Settled]:
    """Count the settled units of a recall by product and pool, in one statement."""
    rows = _ask(_SETTLED, recall_id, as_of, known_at)  # PostgreSQL sums as Decimal
    return [Settled(row[0], row[1], *map(int, row[2:])) for row in rows]


def settled_units(
    *, recall_id: int, as_of: datetime | None, known_at: datetime | None
) -> list[tuple[str, int, str, str]]:
    """Return the claim units behind the count: case number, unit number, product, pool."""
    return [(row[0], row[1], row[2], row[3]) for row in _ask(_ROWS, recall_id, as_of, known_at)]


def _ask(
    statement: str, recall_id: int, as_of: datetime | None, known_at: datetime | None
) -> list[tuple[Any, ...]]:
    values: dict[str, Any] = {
        "recall": recall_id,
        "paid": PAID,
        "owed": OWED,
        "sent": SENT,
        "stray": STRAY,
        "gone": GONE,
        "transit": TRANSIT,
        "depot": DEPOT,
    }
    clocks = ""
    for column, moment in (("happened_at", as_of), ("recorded_at", known_at)):
        if moment is not None:
            clocks += f" AND {{alias}}.{column} <= %({column})s"
            values[column] = connection.ops.adapt_datetimefield_value(moment)
    accounts = sorted(COLLECTED_AT)
    values.update((f"account_{number}", account) for number, account in enumerate(accounts))
    asked = statement.format(
        clocks_m=clocks.format(alias="m"),
        clocks_t=clocks.format(alias="t"),
        collected=", ".join(f"%(account_{number})s" for number in range(len(accounts))),
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, values)
        return list(cursor.fetchall())
