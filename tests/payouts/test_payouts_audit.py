"""Plant damage behind the triggers' back: the audit of payouts names it, and so does the command."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from kaishu.cli.audit import audit as command
from kaishu.payouts.audit import audit
from tests.books.test_audit import damage
from tests.claims.world import World
from tests.payouts.teller import approved_batch, make_due, rounds

DAMAGES = {
    "a refund marked as paid by nobody": (
        "payout_differs",
        "UPDATE books_promise SET account = 'owed' WHERE role = 'remedy'",
    ),
    "an order that went back to sent": (
        "payout_differs",
        "UPDATE payouts_instruction SET state = 'sent'",
    ),
    "an order made void": ("payout_differs", "UPDATE payouts_instruction SET state = 'void'"),
    "an amount raised": ("order_differs", "UPDATE payouts_instruction SET quantity = 9990"),
    "an order of another case": ("order_differs", "UPDATE payouts_instruction SET case_no = '1'"),
    "an entry of another act": (
        "order_unposted",
        "UPDATE payouts_instruction SET sent_entry_id = 1",
    ),
    "a result removed": ("settled_unreported", "DELETE FROM payouts_providerevent"),
    "a payee changed": ("batch_altered", "UPDATE payouts_instruction SET payee = 'me'"),
    "a total changed": ("batch_altered", "UPDATE payouts_batch SET totals = '{}'"),
    "an approval removed": (
        "sent_unapproved",
        "UPDATE payouts_batch SET approver = NULL, approved_at = NULL",
    ),
}


@pytest.fixture
def paid(db: None, tmp_path: Path) -> World:
    """One refund was proposed, approved, sent and settled."""
    world = World().open(tmp_path)
    make_due(world, "SN0001")
    approved_batch(world)
    rounds(world, 1)
    assert list(audit()) == []
    return world


@pytest.mark.parametrize("what", DAMAGES)
def test_the_audit_of_payouts_names_planted_damage(paid: World, what: str) -> None:
    code, statement = DAMAGES[what]
    damage(statement, apps=("books", "payouts"))
    assert code in {finding.code for finding in audit()}


def test_the_command_runs_all_three_audits(paid: World) -> None:
    good = CliRunner().invoke(command)
    assert (good.exit_code, "nothing wrong" in good.output) == (0, True)
    damage(
        "UPDATE claims_claimunit SET newest_decision_id = NULL",
        "UPDATE payouts_instruction SET payee = 'me'",
        "UPDATE books_unit SET account = 'gone' WHERE account = 'depot'",
        apps=("books", "claims", "payouts"),
    )
    bad = CliRunner().invoke(command, ["--all"])
    assert bad.exit_code == 1
    for code in ("unit_misplaced", "newest_misplaced", "batch_altered"):
        assert code in bad.output
