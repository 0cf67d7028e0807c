"""Widen one of the demo's recalls: another batch of one model is found, and its owners come.

No such widening was ever published; the edition's own sources say that it is generated.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from kaishu.claims.population import open_population
from kaishu.demo.live import Past, live, serials_of
from kaishu.demo.lives import CN, Life
from kaishu.editions import actions as editions
from kaishu.editions import recall_file
from kaishu.editions.queries import current_pack

MODEL, MORE = "A1642", 1_200
DAYS_AGO = 12
# A1642NEXT0000001 … are in the list from the second edition on.
SERIALS = tuple(f"{MODEL}NEXT{number:07}" for number in range(1, MORE + 1))
FIRST_NUMBER = 900  # of the cases that the widening brings
SOURCE = """
[[sources]]
what = "The second edition: {more:,} more units of {model}, their serials and when they were found"
verified = "generated"
"""


def widen(*, folder: Path, now: datetime) -> None:
    """Publish the second edition of the recall in `folder`, twelve days ago."""
    wider = folder.with_name(f"{folder.name}-wider")
    shutil.copytree(folder, wider, dirs_exist_ok=True)
    with (wider / "serials" / f"{MODEL}.csv").open("a") as file:
        file.writelines(f"{serial}\n" for serial in SERIALS)
    recall = current_pack(CN).recall
    product = recall.product(MODEL)
    sold = next(row for row in recall.population if _sold(row.product, row.account))
    assert product is not None
    text = (wider / "recall.toml").read_text(encoding="utf-8")
    total = sum(each.units for each in recall.products)
    for count in (total, product.units, sold.quantity):
        text = text.replace(f"= {count:_}\n", f"= {count + MORE:_}\n")
    (wider / "recall.toml").write_text(text + SOURCE.format(more=MORE, model=MODEL), "utf-8")
    widened = recall_file.load(wider)
    assert widened.recall is not None, widened.problems
    at = now - timedelta(days=DAYS_AGO)
    edition = editions.publish(loaded=widened, by="toma", at=at)
    open_population(recall_row=edition.recall, recall=widened.recall, by="toma", at=at)


def newcomers(past: Past) -> None:
    """Live the first cases that the widening brings."""
    past.serials[MODEL] += SERIALS[:20]
    for number, life in enumerate(_lives()):
        live(life, FIRST_NUMBER + number, past, serials_of(life, past))


def _lives() -> Iterator[Life]:
    goals = ("kit_sent", "approved", "filed", "filed", "filed")
    for days, goal in zip(range(9, 0, -2), goals, strict=True):
        yield Life(
            recall=CN,
            language="zh-Hans",
            units=((MODEL, "coupon" if days % 4 else "refund"),),
            goal=goal,
            days_ago=days,
        )


def _sold(product: str, account: str) -> bool:
    return (product, account) == (MODEL, "at_large")
