"""Plant damage behind the triggers' back: the audit of claims names it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kaishu.claims.audit import audit
from kaishu.claims.models import ClaimUnit
from tests.books.test_audit import damage
from tests.claims.world import World

NEWEST = "newest_decision_id"
DAMAGES = {
    "the newest decision forgotten": (
        "newest_misplaced",
        f"UPDATE claims_claimunit SET {NEWEST} = NULL WHERE serial = 'SN0001'",
    ),
    "a standing rewritten": (
        "standing_wrong",
        "UPDATE claims_decision SET standing = 'refused' WHERE number = 2",
    ),
    "a decision renumbered": (
        "decision_gap",
        "UPDATE claims_decision SET number = 9 WHERE number = 2",
    ),
    "a remedy promised twice": (
        "promised_twice",
        "INSERT INTO books_promise (recall_id, case_no, unit_no, role, terms, edition_id,"
        " commodity, quantity, account) SELECT recall_id, case_no, unit_no, role, terms,"
        " edition_id, commodity, quantity, account FROM books_promise WHERE role = 'remedy'",
    ),
    "a promise of another recall": (
        "promise_elsewhere",
        "UPDATE books_promise SET recall_id = recall_id + 1 WHERE role = 'remedy'",
    ),
    "a promise for nobody": (
        "promise_unclaimed",
        "UPDATE books_promise SET unit_no = 7 WHERE role = 'kit'",
    ),
    "a promise taken away": (
        "approval_unpromised",
        "UPDATE books_promise SET role = 'kit' WHERE role = 'remedy'",
    ),
    "a holder by another entry": (
        "holder_unposted",
        "UPDATE claims_claimunit SET holder_entry_id = 1 WHERE holder_entry_id IS NOT NULL",
    ),
    "a holder that is contested": (
        "holder_contested",
        "UPDATE claims_claimunit SET holder_entry_id = 1 WHERE contested",
    ),
    "a unit that is not there": (
        "unit_unknown",
        "UPDATE claims_claimunit SET unit_id = 999999 WHERE serial = 'SN0001'",
    ),
    "a case renamed": (
        "case_unknown",
        "UPDATE claims_claim SET case_no = '000000000000' WHERE id ="
        " (SELECT claim_id FROM claims_claimunit WHERE holder_entry_id IS NOT NULL)",
    ),
}


@pytest.fixture
def past(db: None, tmp_path: Path) -> Iterator[World]:
    """Two claims of one unit; the first was asked, answered, and approved."""
    world = World().open(tmp_path)
    world.claim("SN0001", key="b")
    world.decide("SN0001", "asked", "proof_needed")
    world.decide("SN0001", "answered", "owner_answered")
    world.approve("SN0001")
    first = world.claims["SN0001"]
    world.claim("SN0001", key="c", name="Ito")
    world.claims["SN0001"] = first
    assert list(audit()) == []
    yield world


@pytest.mark.parametrize("what", DAMAGES)
def test_the_audit_of_claims_names_planted_damage(past: World, what: str) -> None:
    code, statement = DAMAGES[what]
    damage(statement, apps=("books", "claims"))
    assert code in {finding.code for finding in audit()}


@pytest.mark.parametrize("standing", ["open", "refused", "withdrawn"])
def test_a_promise_that_no_approval_stands_behind_is_named(past: World, standing: str) -> None:
    damage(
        f"UPDATE claims_decision SET standing = '{standing}' WHERE number = 3",
        apps=("claims",),
    )
    assert {finding.code for finding in audit()} == {
        "standing_wrong",
        "standing_misplaced",
        "promise_unapproved",
    }


def test_one_unit_promised_to_two_claims_is_named(past: World) -> None:
    other = past.claim("SN0002", key="d").case_no
    past.approve(other)
    damage(
        f"UPDATE claims_claimunit SET unit_id = {past.unit('SN0001').unit_id}"
        " WHERE serial = 'SN0002'",
        apps=("claims",),
    )
    codes = {finding.code for finding in audit()}
    assert codes == {"unit_promised_twice", "held_twice", "holder_unposted"}


def test_a_standing_that_its_decisions_do_not_say_is_named(world: World) -> None:
    world.claim("SN0001")
    ClaimUnit.objects.update(standing="refused")
    assert {finding.code for finding in audit()} == {"standing_misplaced"}
    ClaimUnit.objects.update(standing="open")
