"""How far each demo case has come: a list to read, from "just filed" to "certificate in hand"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

JP, CN = "anker-jp-2025-10-21", "anker-cn-2025-06-20"

# Every goal a case can reach; each includes the ones it needs.
GOALS = (
    "filed",
    "asked",
    "refused",
    "withdrawn",
    "approved",
    "kit_sent",
    "posted",
    "lost",
    "collected",
    "wrong_item",
    "disposed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One owner's case: its units as (model, remedy), and how far it has come."""

    recall: str
    language: str
    units: tuple[tuple[str, str], ...]
    goal: str
    days_ago: int
    condition: str = "intact"
    same_serial_as_before: bool = False


_JP_MODELS = ("A1263", "A1263", "A1263", "A3117", "A1263", "A3130", "A3305")
_CN_MODELS = ("A1257", "A1647", "A1257", "A1642", "A1652", "A1257", "A1681")
_CN_REMEDIES = ("refund", "coupon", "upgrade")
# Most cases of a recall that has run for a while are far along; some of each are not.
_MIX = (
    ("disposed", 8),
    ("collected", 6),
    ("posted", 3),
    ("kit_sent", 4),
    ("approved", 3),
    ("filed", 5),
    ("asked", 1),
    ("refused", 1),
    ("withdrawn", 1),
    ("lost", 1),
    ("wrong_item", 1),
)


def lives() -> Iterator[Life]:
    """Yield the cases, oldest goal first, so that earlier ones are paid before later ones."""
    number = 0
    for goal, count in _MIX:
        for _ in range(count):
            number += 1
            days = max(1, 45 - number)
            yield _japanese(number, goal, days)
            yield _chinese(number, goal, days)
    yield Life(
        recall=CN,
        language="zh-Hans",
        units=(("A1257", "refund"), ("A1647", "upgrade")),
        goal="kit_sent",
        days_ago=4,
    )
    yield Life(
        recall=JP,
        language="ja",
        units=(("A1263", "replace-a1263"),),
        goal="filed",
        days_ago=1,
        condition="swollen",
    )
    yield Life(
        recall=JP,
        language="en",
        units=(("A1263", "replace-a1263"),),
        goal="filed",
        days_ago=1,
        same_serial_as_before=True,
    )


def _japanese(number: int, goal: str, days_ago: int) -> Life:
    model = _JP_MODELS[number % len(_JP_MODELS)]
    return Life(
        recall=JP,
        language="en" if number % 9 == 0 else "ja",
        units=((model, f"replace-{model.lower()}"),),
        goal=goal,
        days_ago=days_ago,
    )


def _chinese(number: int, goal: str, days_ago: int) -> Life:
    model = _CN_MODELS[number % len(_CN_MODELS)]
    return Life(
        recall=CN,
        language="zh-Hans",
        units=((model, _CN_REMEDIES[number % 3]),),
        goal=goal,
        days_ago=days_ago,
    )
