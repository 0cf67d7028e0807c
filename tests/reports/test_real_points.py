"""The published progress of the real recall, from an opening balance and imported daily totals.

Anker Japan, as of 2026-01-07: A1263 33.0 %, A3117 36.8 %, A3305 34.4 %, A3130 36.8 %, "about
135,000 power banks and 41,000 speakers". https://www.itmedia.co.jp/pcuser/articles/2601/16/news118.html
"""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from kaishu.books import actions as books
from kaishu.books.progress import figures
from kaishu.books.values import Place, UnitMove
from kaishu.core.progress import percent

RECALL = Path("src/kaishu/demo/recalls/anker-jp-2025-10-21/recall.toml")
COLLECTED = {"A1263": 135_341, "A3117": 33_831, "A3305": 3_089, "A3130": 4_122}
PUBLISHED = {"A1263": "33.0", "A3117": "36.8", "A3305": "34.4", "A3130": "36.8"}
FIRST, LAST = date(2025, 10, 21), date(2026, 1, 7)
END_OF_DAY = datetime(2026, 1, 7, 14, 59, 59, 999999, tzinfo=UTC)


def post(number: int, kind: str, moves: list[UnitMove], day: date) -> None:
    noon = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
    books.post(kind=kind, moves=moves, recall_id=1, key=f"day-{number}", door="import",
               by="mika", at=noon + timedelta(hours=20), happened_at=noon)  # fmt: skip


def move(product: str, units: int, source: Place, target: Place, pool: str) -> UnitMove:
    return UnitMove(product=product, pool=pool, quantity=units, source=source, target=target)


def test_imported_totals_give_the_published_rates_on_the_published_day(db: None) -> None:
    population = tomllib.loads(RECALL.read_text(encoding="utf-8"))["population"]
    opening = [
        move(row["product"], row["quantity"], Place("declared"),
             Place(row["account"], row.get("party", "")), row["pool"])
        for row in population
    ]  # fmt: skip
    post(0, "population.opened", opening, FIRST)
    days = (LAST - FIRST).days
    for number in range(1, days + 4):  # three more days that the report must not see
        daily = [
            move(model, units * number // days - units * (number - 1) // days,
                 Place("at_large"), Place("depot", "depot-east"), "consumer")
            for model, units in COLLECTED.items()
        ]  # fmt: skip
        post(number, "parcel.received", daily, FIRST + timedelta(days=number))
    found = figures(recall_id=1, as_of=END_OF_DAY, known_at=None, rule="unit_collected")
    assert {model: percent(found.of(model).rate) for model in PUBLISHED} == PUBLISHED
    assert {model: found.of(model).done for model in PUBLISHED} == COLLECTED
    assert found.target == 522_237
    speakers = sum(found.of(model).done for model in ("A3117", "A3305", "A3130"))
    assert (round(found.of("A1263").done, -3), round(speakers, -3)) == (135_000, 41_000)
    # the last day's total was written down the next morning: on the evening it was not known yet
    evening = figures(recall_id=1, as_of=END_OF_DAY, known_at=END_OF_DAY, rule="unit_collected")
    assert evening.done < found.done
