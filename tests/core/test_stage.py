"""A stage follows from decisions and accounts alone; every combination has one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaishu.core.accounts import PROMISE_ACCOUNTS, UNIT_ACCOUNTS
from kaishu.core.stage import Actor, DecisionFact, PromiseFact, StageCode, journey, stage

KIT_OWED = PromiseFact("kit", "kit:bag", "owed")
KIT_SENT = PromiseFact("kit", "kit:bag", "sent")
KIT_PAID = PromiseFact("kit", "kit:bag", "paid")


def refund(account: str) -> PromiseFact:
    return PromiseFact("remedy", "JPY", account)


APPROVED = [DecisionFact("approved")]


@pytest.mark.parametrize(
    ("decisions", "account", "promises", "code", "waiting_on", "position"),
    [
        ([], "owner", [], "in_review", "us", 1),
        ([], None, [], "in_review", "us", 1),
        ([DecisionFact("asked")], "owner", [], "question", "owner", 1),
        ([DecisionFact("asked"), DecisionFact("answered")], "owner", [], "in_review", "us", 1),
        ([DecisionFact("refused")], "owner", [], "refused", "nobody", 1),
        ([DecisionFact("refused"), DecisionFact("reopened")], "owner", [], "in_review", "us", 1),
        ([DecisionFact("withdrawn")], "at_large", [], "withdrawn", "nobody", 1),
        (APPROVED, "owner", [refund("owed"), KIT_OWED], "kit_due", "us", 2),
        (APPROVED, "owner", [refund("owed"), KIT_SENT], "kit_sent", "owner", 3),
        (APPROVED, "owner", [refund("owed")], "kit_sent", "owner", 3),
        (APPROVED, "transit", [refund("owed"), KIT_SENT], "parcel_on_way", "carrier", 4),
        (APPROVED, "at_large", [refund("owed"), KIT_SENT], "parcel_lost", "us", 4),
        (APPROVED, "depot", [refund("owed"), KIT_PAID], "collected", "us", 5),
        (APPROVED, "made_safe", [refund("owed"), KIT_OWED], "collected", "us", 5),
        (
            [*APPROVED, DecisionFact("inspected")],
            "transit",
            [refund("owed"), KIT_PAID],
            "collected",
            "us",
            5,
        ),
        (APPROVED, "depot", [refund("sent"), KIT_PAID], "remedy_sent", "carrier", 5),
        (APPROVED, "depot", [refund("paid"), KIT_PAID], "done", "nobody", 6),
        (APPROVED, "recycler", [refund("cost"), refund("paid")], "done", "nobody", 6),
        (APPROVED, "owner", [refund("cost")], "in_review", "us", 1),
    ],
)
def test_what_people_see_follows_from_the_books(
    decisions: list[DecisionFact],
    account: str | None,
    promises: list[PromiseFact],
    code: str,
    waiting_on: str,
    position: int,
) -> None:
    seen = stage(decisions, account, promises)
    assert (seen.code, seen.waiting_on, seen.position) == (code, waiting_on, position)


def test_a_contested_unit_waits_for_us_until_somebody_decides() -> None:
    assert stage([], "owner", [], contested=True).code is StageCode.CONTESTED
    decided = stage([DecisionFact("refused")], "owner", [], contested=True)
    assert decided.code is StageCode.REFUSED


@given(
    decisions=st.lists(st.text(max_size=12), max_size=5),
    account=st.none() | st.sampled_from(UNIT_ACCOUNTS),
    promises=st.lists(
        st.builds(
            PromiseFact,
            st.sampled_from(["remedy", "kit"]),
            st.just("JPY"),
            st.sampled_from(PROMISE_ACCOUNTS),
        ),
        max_size=4,
    ),
    contested=st.booleans(),
)
def test_every_combination_has_a_stage(
    decisions: list[str], account: str | None, promises: list[PromiseFact], contested: bool
) -> None:
    seen = stage([DecisionFact(kind) for kind in decisions], account, promises, contested=contested)
    assert 1 <= seen.position <= 6
    assert len(journey(seen, {})) == 6


def test_a_journey_dates_what_is_done_and_marks_what_is_now() -> None:
    filed = datetime(2025, 10, 24, tzinfo=UTC)
    awarded = datetime(2025, 10, 25, tzinfo=UTC)
    seen = stage(APPROVED, "owner", [refund("owed"), KIT_OWED])
    steps = journey(seen, {"filed": filed, "promise.awarded": awarded, "kit.sent": awarded})
    assert [(s.code, s.state, s.at) for s in steps] == [
        ("filed", "done", filed),
        ("approved", "done", awarded),
        ("kit_sent", "now", None),
        ("posted", "next", None),
        ("collected", "next", None),
        ("made_whole", "next", None),
    ]


def test_a_refused_claim_waits_for_nobody() -> None:
    seen = stage([DecisionFact("refused")], "owner", [])
    assert seen.waiting_on is Actor.NOBODY
    assert [step.state for step in journey(seen, {})] == ["done"] + ["next"] * 5
