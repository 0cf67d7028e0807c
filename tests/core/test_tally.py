"""A trial balance is netted flows: it always sums to zero and says what cannot be."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from kaishu.core.accounts import PROMISE_ACCOUNTS, UNIT_ACCOUNTS
from kaishu.core.tally import PromiseLine, UnitLine, tally

FLOWS = [
    ("M100", "consumer", "declared", "", "at_large", "", 508_000),
    ("M100", "retailer", "declared", "", "unsold", "shop", 12_000),
    ("M100", "consumer", "at_large", "", "owner", "", 1),
    ("M100", "consumer", "owner", "", "depot", "east", 1),
    ("M100", "stray", "declared", "", "depot", "east", 1),
]
PROMISES = [("JPY", "cost", "owed", 3990), ("JPY", "owed", "sent", 3990)]


def test_the_sentence_says_every_account_that_holds_something() -> None:
    assert tally(FLOWS, PROMISES).sentence() == (
        "declared -520001  unsold 12000  at_large 507999  depot 2 | JPY: cost -3990  sent 3990"
    )


def test_population_figures_leave_strays_out() -> None:
    balance = tally(FLOWS, ())
    assert balance.population == 520_000
    assert balance.units_in("depot") == 1
    assert balance.units_in("depot", strays=True) == 2
    assert balance.units_in("depot", product="M200") == 0


def test_below_zero_is_impossible_but_for_the_counter_accounts_and_at_large() -> None:
    balance = tally(
        [("M100", "consumer", "at_large", "", "owner", "", 1)], [("JPY", "sent", "paid", 5)]
    )
    assert balance.impossible() == (PromiseLine("JPY", "sent", -5),)
    assert balance.understated() == (UnitLine("M100", "consumer", "at_large", "", -1),)


units = st.tuples(
    st.sampled_from(["M1", "M2"]),
    st.sampled_from(["consumer", "stray"]),
    st.sampled_from(UNIT_ACCOUNTS),
    st.just(""),
    st.sampled_from(UNIT_ACCOUNTS),
    st.just(""),
    st.integers(1, 1000),
)
promises = st.tuples(
    st.sampled_from(["JPY", "kit:bag"]),
    st.sampled_from(PROMISE_ACCOUNTS),
    st.sampled_from(PROMISE_ACCOUNTS),
    st.integers(1, 1000),
)


@given(st.lists(units), st.lists(promises))
def test_any_flows_sum_to_zero_in_each_pool_and_commodity(
    unit_flows: list[tuple[str, str, str, str, str, str, int]],
    promise_flows: list[tuple[str, str, str, int]],
) -> None:
    balance = tally(unit_flows, promise_flows)
    sums: Counter[tuple[str, ...]] = Counter()
    for line in balance.units:
        sums[line.product, line.pool] += line.quantity
    for promise in balance.promises:
        sums[(promise.commodity,)] += promise.quantity
    assert set(sums.values()) <= {0}
