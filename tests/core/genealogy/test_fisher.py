"""Whether the arithmetic of a common cause is right: against books, and against counting."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaishu.core.genealogy import fisher
from kaishu.core.genealogy.fisher import Table, at_least, benjamini_hochberg, holm, odds

CELLS = st.integers(0, 6)
CHANCES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def test_the_lady_tasting_tea() -> None:
    """Fisher, The Design of Experiments (1935): 3 of 4 by chance is 17/70, all 4 is 1/70."""
    assert at_least(Table(3, 1, 1, 3)) == 17 / 70
    assert at_least(Table(4, 0, 0, 4)) == 1 / 70


def test_criminal_twins() -> None:
    """Fisher (1935), from Lange: 10 of 13 identical, 2 of 17 other twins; p = 619/1330665."""
    assert at_least(Table(10, 3, 2, 15)) == 619 / 1330665


def test_woolf_interval_of_a_textbook_table() -> None:
    """10, 20, 30, 40: ratio 2/3, standard error of the log sqrt(25/120)."""
    found = odds(Table(10, 20, 30, 40))
    error = math.sqrt(1 / 10 + 1 / 20 + 1 / 30 + 1 / 40)
    assert found.ratio == pytest.approx(2 / 3)
    assert found.low == pytest.approx(2 / 3 * math.exp(-1.959963984540054 * error))
    assert found.high == pytest.approx(2 / 3 * math.exp(1.959963984540054 * error))
    assert not found.halved


def test_an_empty_cell_adds_a_half_to_each_and_says_so() -> None:
    found = odds(Table(3, 97, 0, 900))
    assert found.halved
    assert found.ratio == pytest.approx(3.5 * 900.5 / (97.5 * 0.5))


@given(CELLS, CELLS, CELLS, CELLS)
def test_p_is_what_counting_every_draw_gives(a: int, b: int, c: int, d: int) -> None:
    table = Table(a, b, c, d)
    if table.units > 12:
        table = Table(a % 4, b % 4, c % 4, d % 4)
    marked = range(table.exposed)
    draws = list(combinations(range(table.units), table.incidents))
    hits = sum(len(set(draw) & set(marked)) >= table.a for draw in draws)
    assert at_least(table) == hits / len(draws)


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400), st.integers(0, 400))
def test_large_tables_come_out_the_same_by_both_ways(a: int, b: int, c: int, d: int) -> None:
    table = Table(a, b, c, d)
    drawn, marked = sorted((table.incidents, table.exposed))
    exact = fisher._exact(a, drawn, marked, table.units)
    assert fisher._outwards(a, drawn, marked, table.units) == pytest.approx(exact, rel=1e-12)


def test_half_a_million_units_are_exact() -> None:
    """Three of three incidents among 2,400 of 500,000: a product of three fractions."""
    expected = Fraction(2400 * 2399 * 2398, 500_000 * 499_999 * 499_998)
    assert at_least(Table(3, 2397, 0, 497_600)) == float(expected)
    # 60,000 incidents, of which 30,300 among half of the units, are 1.0e-2 unlikely.
    many = Table(30_300, 219_700, 29_700, 220_300)
    deviation = math.sqrt(60_000 * 0.25 * 440_000 / 499_999)
    normal = math.erfc((299.5 / deviation) / math.sqrt(2)) / 2
    assert at_least(many) == pytest.approx(normal, rel=1e-3)


def test_holm_and_benjamini_hochberg_of_their_papers() -> None:
    """Benjamini and Hochberg (1995), section 3.2: fifteen p, four of them found at 0.05."""
    given_p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    given_p += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert sum(each <= 0.05 for each in benjamini_hochberg(given_p)) == 4
    assert sum(each <= 0.05 for each in holm(given_p)) == 3
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


@given(CHANCES, st.integers(0, 5))
def test_lots_that_were_tested_but_not_listed_count_as_one(chances: list[float], more: int) -> None:
    tested = len(chances) + more
    filled = [*chances, *[1.0] * more]
    for correct in (holm, benjamini_hochberg):
        assert correct(chances, tested=tested) == correct(filled)[: len(chances)]


@given(CELLS, st.integers(0, 30), CELLS, st.integers(0, 60), st.integers(1, 40))
def test_the_number_of_incidents_that_would_decide_is_the_least(
    a: int, b: int, c: int, d: int, tested: int
) -> None:
    table = Table(a, b, c, d)
    tries = (n for n in range(b + 1) if at_least(table.with_more(n)) * tested < 0.05)
    assert fisher.more_to_decide(table, tested=tested, level=0.05) == next(tries, None)
