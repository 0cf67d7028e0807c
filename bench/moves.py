"""Make the rows of long books from a seed: units on their way, promises on theirs.

The lives are those of a recall (owner, parcel, depot, recycler; owed, sent, paid), so that routes,
parties and pools come in the mixture that a trial balance meets.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.common import SEED

Column = NDArray[Any]
RECALL, OTHER_RECALL = 1, 2
FIRST_DAY = np.datetime64("2026-01-01T00:00:00")
DAY = 86_400
PRODUCTS = np.array([f"A{number}" for number in range(1001, 1008)])
POOLS = np.array(["consumer", "maker", "distributor", "retailer"])
CARRIERS = np.array([f"carrier-{n}" for n in range(1, 6)])
DEPOTS = np.array([f"depot-{n}" for n in range(1, 11)])
RECYCLERS = np.array([f"recycler-{n}" for n in range(1, 6)])
UNIT_WAY = ("at_large", "owner", "transit", "depot", "recycler", "disposed")
PROMISE_WAY = ("cost", "owed", "sent", "paid")
COMMODITIES = np.array(["JPY", "coupon:JPY", "sku:A1", "sku:A2", "kit:bag"])
STEP_CHANCES = (0.25, 0.1, 0.15, 0.2, 0.3)
UNIT_SHARE = 0.7
MOVES_AN_ENTRY = 50


@dataclass(frozen=True, slots=True)
class Books:
    """Columns by their table; every list of a table is equally long."""

    units: dict[str, list[Any]]
    promises: dict[str, list[Any]]
    unit_moves: dict[str, list[Any]]
    promise_moves: dict[str, list[Any]]
    entries: int
    middle: datetime
    population: int


def make(moves: int) -> Books:
    """Return books of that many moves in one recall, and a hundredth more in another."""
    chance = np.random.default_rng(SEED)
    total = moves + moves // 100
    of_units = int(total * UNIT_SHARE)
    opened = _openings(each=moves)
    units, unit_moves, times = _units(chance, of_units - len(opened["pool"]))
    unit_moves = {name: opened[name] + column for name, column in unit_moves.items()}
    promises, promise_moves = _promises(chance, total - of_units)
    middle = times[len(times) // 2].astype("datetime64[s]").item()
    entries = total // MOVES_AN_ENTRY + 1
    for rows in (unit_moves, promise_moves):
        count = len(rows["quantity"])
        rows["entry_id"] = (np.arange(count) * entries // count + 1).tolist()
    return Books(
        units=units,
        promises=promises,
        unit_moves=unit_moves,
        promise_moves=promise_moves,
        entries=entries,
        middle=middle.replace(tzinfo=UTC),
        population=sum(opened["quantity"]),
    )


def _openings(*, each: int) -> dict[str, list[Any]]:
    """Return one move for every product and pool that opens its population."""
    shares = [(product, pool) for product in PRODUCTS.tolist() for pool in POOLS.tolist()]
    same = {
        "happened_at": str(FIRST_DAY).replace("T", " "),
        "recorded_at": str(FIRST_DAY).replace("T", " "),
        "recall_id": RECALL,
        "quantity": each,
        "source": "declared",
        "source_party": "",
        "target": "at_large",
        "target_party": "",
        "unit_id": None,
    }
    return {name: [value] * len(shares) for name, value in same.items()} | {
        "product": [product for product, _ in shares],
        "pool": [pool for _, pool in shares],
    }


def _lives(chance: np.random.Generator, count: int, ways: int) -> tuple[Column, Column, Column]:
    """Return who moves, which step of their way, and when: `count` moves in the order of time."""
    odds = np.array(STEP_CHANCES[-ways:]) / sum(STEP_CHANCES[-ways:])
    mean = float(np.dot(odds, np.arange(1, ways + 1)))
    lives = int(count / mean * 1.1) + 10
    steps = chance.choice(np.arange(1, ways + 1), lives, p=odds)
    who = np.repeat(np.arange(lives), steps)
    step = np.arange(len(who)) - np.repeat(np.cumsum(steps) - steps, steps)
    begin = chance.integers(0, 200 * DAY, lives)
    at = begin[who] + step * 3 * DAY + chance.integers(0, 2 * DAY, len(who))
    order = np.argsort(at, kind="stable")[:count]
    return who[order], step[order], FIRST_DAY + at[order].astype("timedelta64[s]")


def _units(
    chance: np.random.Generator, count: int
) -> tuple[dict[str, list[Any]], dict[str, list[Any]], Column]:
    who, step, at = _lives(chance, count, len(UNIT_WAY) - 1)
    lives = int(who.max()) + 1
    product = chance.choice(PRODUCTS, lives)
    pool = chance.choice(POOLS, lives, p=(0.85, 0.05, 0.04, 0.06))
    recall = np.where(chance.random(lives) < 1 / 101, OTHER_RECALL, RECALL)
    party = np.full((lives, len(UNIT_WAY)), "", dtype="U12")
    for place, names in ((2, CARRIERS), (3, DEPOTS), (4, RECYCLERS)):
        party[:, place] = chance.choice(names, lives)
    way = np.array(UNIT_WAY)
    now = np.zeros(lives, dtype=int)
    np.maximum.at(now, who, step + 1)
    units = {
        "id": np.arange(1, lives + 1),
        "recall_id": recall,
        "product": product,
        "pool": pool,
        "serial": np.char.add("S", np.arange(lives).astype("U12")),
        "account": way[now],
        "party": party[np.arange(lives), now],
    }
    moves = {
        "happened_at": _text(at),
        "recorded_at": _text(at),
        "recall_id": recall[who],
        "product": product[who],
        "pool": pool[who],
        "quantity": np.ones(count, dtype=int),
        "source": way[step],
        "source_party": party[who, step],
        "target": way[step + 1],
        "target_party": party[who, step + 1],
        "unit_id": who + 1,
    }
    return _lists(units), _lists(moves), at


def _promises(
    chance: np.random.Generator, count: int
) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    who, step, at = _lives(chance, count, len(PROMISE_WAY) - 1)
    lives = int(who.max()) + 1
    commodity = chance.choice(COMMODITIES, lives)
    money = np.isin(commodity, ("JPY", "coupon:JPY"))
    quantity = np.where(money, chance.integers(1_000, 20_000, lives), 1)
    recall = np.where(chance.random(lives) < 1 / 101, OTHER_RECALL, RECALL)
    way = np.array(PROMISE_WAY)
    now = np.zeros(lives, dtype=int)
    np.maximum.at(now, who, step + 1)
    promises = {
        "id": np.arange(1, lives + 1),
        "recall_id": recall,
        "commodity": commodity,
        "quantity": quantity,
        "account": way[now],
    }
    moves = {
        "happened_at": _text(at),
        "recorded_at": _text(at),
        "recall_id": recall[who],
        "commodity": commodity[who],
        "quantity": quantity[who],
        "source": way[step],
        "target": way[step + 1],
        "promise_id": who + 1,
    }
    return _lists(promises), _lists(moves)


def _text(at: Column) -> Column:
    return np.char.replace(np.datetime_as_string(at, unit="s"), "T", " ")


def _lists(columns: dict[str, Column]) -> dict[str, list[Any]]:
    return {name: column.tolist() for name, column in columns.items()}
