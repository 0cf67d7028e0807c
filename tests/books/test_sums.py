"""Sums that decide are of one moment; keys belong to one act."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kaishu.books import actions, errors
from kaishu.books.queries import trial_balance
from kaishu.books.sums import named_in, units_sum, unnamed_in
from kaishu.core.remedy import Award
from tests.books.harness import AT_LARGE, DEPOT, PRODUCT, RECALL, SHOP, Books


@pytest.fixture
def books(db: None) -> Books:
    """Two named units and twenty counted ones."""
    opened = Books()
    opened.open(at_large=100, unsold=20)
    opened.name("SN-1", place=SHOP, pool="retailer")
    opened.name("SN-2", place=SHOP, pool="retailer")
    opened.move("SN-1", "stock.quarantined", DEPOT)
    return opened


def test_what_a_counted_move_may_take_is_counted_in_one_statement(books: Books) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert unnamed_in(RECALL, PRODUCT, "retailer", SHOP) == 18
    assert len(queries) == 1
    for place, unnamed in ((SHOP, 18), (DEPOT, 0), (AT_LARGE, 0)):
        assert unnamed_in(RECALL, PRODUCT, "retailer", place) == unnamed
        counted = units_sum(RECALL, PRODUCT, "retailer", place)
        assert counted - named_in(RECALL, PRODUCT, "retailer", place) == unnamed


@pytest.mark.parametrize("other", [{"case_no": "000000000009"}, {"unit_no": 2}, {"recall_id": 2}])
def test_a_key_that_promised_something_to_one_case_says_nothing_to_another(
    books: Books, other: dict[str, object]
) -> None:
    usual = {
        "recall_id": RECALL,
        "case_no": "000000000001",
        "unit_no": 1,
        "awards": [Award("JPY", 3990, "remedy")],
        "terms": "refund",
        "edition_id": 1,
        **books.who(),
    }
    first = actions.award_promises(**usual)
    assert actions.award_promises(**usual).id == first.id
    before = trial_balance(recall_id=RECALL).sentence()
    with pytest.raises(errors.KeyReused):
        actions.award_promises(**{**usual, **other})
    assert trial_balance(recall_id=RECALL).sentence() == before
