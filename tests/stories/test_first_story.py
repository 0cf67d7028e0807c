"""Read this first: a recall of 520,000 units, and what one owner's claim does to the books."""

from __future__ import annotations

from tests.stories.story import Story


def test_one_owner_is_made_whole_and_every_unit_is_accounted_for(story: Story) -> None:
    story.open("M100", unsold=12_000, at_large=508_000)
    story.owner_claims("SN0001", remedy="refund")
    story.approves("SN0001")
    story.depot_scans("SN0001")
    story.pays_due()
    assert story.books() == (
        "declared -520000  unsold 12000  at_large 507999  depot 1"
        " | JPY: cost -3990  paid 3990 | kit:bag: cost -1  paid 1"
    )


def test_the_unit_ends_with_a_certificate(story: Story) -> None:
    story.open("M100", unsold=12_000, at_large=508_000)
    story.owner_claims("SN0001", remedy="refund")
    story.approves("SN0001")
    story.depot_scans("SN0001")
    story.pays_due()
    story.disposes("SN0001")
    assert story.stage("SN0001") == "done"
    assert story.books() == (
        "declared -520000  unsold 12000  at_large 507999  disposed 1"
        " | JPY: cost -3990  paid 3990 | kit:bag: cost -1  paid 1"
    )


def test_two_owners_of_one_serial_are_both_heard_and_one_is_paid(story: Story) -> None:
    story.open("M100", at_large=508_000)
    story.owner_claims("SN0001", remedy="refund", name="Sato")
    first = story.unit("SN0001").claim.case_no
    story.owner_claims("SN0001", remedy="refund", name="Tanaka")
    assert story.unit("SN0001").claim.case_no != first
    assert story.stage("SN0001") == "contested"
    assert story.books() == "declared -508000  at_large 507999  owner 1"


def test_a_wrong_item_leaves_the_owners_unit_where_it_was(story: Story) -> None:
    story.open("M100", at_large=508_000)
    story.owner_claims("SN0001", remedy="refund")
    story.approves("SN0001")
    story.depot_scans("SN0001", outcome="wrong_item")
    assert story.books() == (
        "declared -508001  at_large 507999  owner 1  depot 1"
        " | JPY: cost -3990  owed 3990 | kit:bag: cost -1  paid 1"
    )
