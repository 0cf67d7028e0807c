"""What a remedy promises, and when the promise may leave."""

from __future__ import annotations

import pytest

from kaishu.core.accounts import UNIT_ACCOUNTS
from kaishu.core.recall import AmountRule, DueWhen, Remedy
from kaishu.core.remedy import AmountMissing, Award, Due, Purchase, award, is_due

TEXT = {"ja": "…", "zh-Hans": "…", "en": "…"}


def remedy(**changes: object) -> Remedy:
    """A refund of the order amount, due once collected, with a bag."""
    values = {
        "code": "refund",
        "type": "refund",
        "commodity": "CNY",
        "amount": AmountRule.ORDER,
        "due": DueWhen.COLLECTED,
        "kit": "kit:bag",
        "title": TEXT,
        "what_you_get": TEXT,
        "what_you_send": TEXT,
        "how_long": TEXT,
    }
    return Remedy(**{**values, **changes})


def test_a_refund_promises_the_order_amount_and_a_kit() -> None:
    assert award(remedy(), Purchase(amount=9900)) == (
        Award("CNY", 9900, "remedy"),
        Award("kit:bag", 1, "kit"),
    )


def test_shop_credit_of_the_order_amount_plus_fifty_yuan_is_one_promise() -> None:
    credit = remedy(commodity="coupon:CNY", plus=5000, kit="")
    assert award(credit, Purchase(amount=9900)) == (Award("coupon:CNY", 14900, "remedy"),)


def test_a_replacement_promises_one_piece_and_needs_no_amount() -> None:
    upgrade = remedy(commodity="sku:A1637", amount=AmountRule.FIXED, quantity=1)
    assert award(upgrade, Purchase())[0] == Award("sku:A1637", 1, "remedy")


@pytest.mark.parametrize("amount", [None, 0, -1])
def test_a_refund_without_an_order_amount_is_refused(amount: int | None) -> None:
    with pytest.raises(AmountMissing):
        award(remedy(), Purchase(amount=amount))


def test_nothing_is_due_before_it_is_approved() -> None:
    assert is_due(remedy(), approved=False, unit_account="depot") == Due(False, "not_approved")


@pytest.mark.parametrize("account", [None, *UNIT_ACCOUNTS])
def test_what_waits_for_collection_is_due_once_the_unit_is_out_of_homes(
    account: str | None,
) -> None:
    out_of_homes = account in {"depot", "recycler", "disposed", "repaired", "made_safe"}
    due = is_due(remedy(), approved=True, unit_account=account)
    assert due == Due(out_of_homes, "collected" if out_of_homes else "not_collected")


def test_an_inspected_unit_stays_collected_while_it_travels_to_the_recycler() -> None:
    due = is_due(remedy(), approved=True, unit_account="transit", inspected=True)
    assert due == Due(True, "collected")


def test_what_is_due_on_approval_waits_for_nothing_else() -> None:
    due = is_due(remedy(due=DueWhen.APPROVED), approved=True, unit_account=None)
    assert due == Due(True, "approved")
