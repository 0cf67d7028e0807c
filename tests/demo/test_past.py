"""The demo's masses reproduce what was published, and nothing that was not."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from kaishu.books import actions as books
from kaishu.books.progress import figures
from kaishu.books.queries import trial_balance
from kaishu.books.values import Place, UnitMove
from kaishu.demo.curve import LAST_DAY, curves, points
from kaishu.demo.filling import Banner, Filling, state
from kaishu.demo.lives import CN, JP
from kaishu.demo.masses import NIGHT, post_masses
from kaishu.demo.plan import arrived, past_lives
from kaishu.demo.serials import COUNTS

ANNOUNCED = {JP: date(2025, 10, 21), CN: date(2025, 6, 20)}
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.mark.parametrize("slug", [JP, CN])
def test_every_curve_meets_the_published_points_and_never_falls(slug: str) -> None:
    for point in points(slug):
        assert point.as_of == ANNOUNCED[slug] + timedelta(days=point.day)
        assert point.source.startswith("http")
    for model, curve in curves(slug).items():
        found = [curve.by(day) for day in range(LAST_DAY + 1)]
        assert found == sorted(found)
        assert found[-1] < curve.units
        for point in points(slug):
            assert round(100 * found[point.day] / curve.units, 1) == point.rates[model]


def test_the_published_rates_of_the_seventh_of_january_come_out(db: None) -> None:
    old = past_lives(count=300, announced=ANNOUNCED, now=NOW)
    assert old == past_lives(count=300, announced=ANNOUNCED, now=NOW)
    lived = arrived(old, JP, ANNOUNCED[JP])
    _open(JP)
    start = datetime.combine(ANNOUNCED[JP], datetime.min.time(), tzinfo=UTC)
    for (day, model), units in sorted(lived.items()):
        _come_in(model, units, start + timedelta(days=day, hours=3))
    post_masses(
        recall_id=1,
        slug=JP,
        announced=ANNOUNCED[JP],
        sites=("depot-east", "recycler-mori"),
        lived=lived,
        at=NOW,
    )
    end_of_day = datetime(2026, 1, 7, 14, 59, tzinfo=UTC)
    shown = figures(recall_id=1, as_of=end_of_day, known_at=None, rule="unit_collected")
    done, target = Counter[str](), Counter[str]()
    for line in shown.lines:
        done[line.product] += line.done
        target[line.product] += line.target
    rates = {model: round(float(Fraction(100 * done[model], target[model])), 1) for model in done}
    assert rates == {"A1263": 33.0, "A3117": 36.8, "A3305": 34.4, "A3130": 36.8}
    # Each day's total came over in the night, so a report of the next day knows it all.
    then = figures(
        recall_id=1, as_of=end_of_day, known_at=end_of_day + NIGHT, rule="unit_collected"
    )
    assert then.lines == shown.lines
    assert trial_balance(recall_id=1).impossible() == ()


def test_pages_say_how_far_the_demo_is_until_it_is_full(settings: Settings, tmp_path: Path) -> None:
    settings.KAISHU_DATA_DIR = tmp_path
    filling = Filling(tmp_path, 1234, lambda done, of: None)
    filling.done = 56
    filling.write()
    page = b"<body><header>x</header></body>"

    def answer(kind: str) -> HttpResponse:
        def view(request: HttpRequest) -> HttpResponse:
            return HttpResponse(page, content_type=kind)

        found = Banner(view)(RequestFactory().get("/"))
        assert isinstance(found, HttpResponse)
        return found

    said = answer("text/html; charset=utf-8")
    assert b'role="status">This demo is still being filled: 56 of 1,234 cases' in said.content
    assert said["Cache-Control"] == "no-store"
    assert answer("application/json").content == page
    filling.end()
    assert state() is None
    assert answer("text/html").content == page


def _open(slug: str) -> None:
    moves = [
        UnitMove(
            product=model,
            pool="consumer",
            quantity=units,
            source=Place("declared"),
            target=Place("at_large"),
        )
        for model, units in COUNTS[slug].items()
    ]
    _post("population.opened", moves, datetime(2025, 10, 21, 1, tzinfo=UTC))


def _come_in(model: str, units: int, at: datetime) -> None:
    move = UnitMove(
        product=model,
        pool="consumer",
        quantity=units,
        source=Place("at_large"),
        target=Place("depot", "depot-west"),
    )
    _post("parcel.received", [move], at)


def _post(kind: str, moves: list[UnitMove], at: datetime) -> None:
    key = f"{kind} {at} {moves[0].product}"
    books.post(kind=kind, moves=moves, recall_id=1, key=key, door="test", by="hana", at=at)
