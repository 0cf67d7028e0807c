"""`kaishu retention` counts in a dry run, deletes without one, and names nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner

from kaishu.base.clock import now
from kaishu.cli import retention as command
from kaishu.doors.public.claiming import answers, store
from kaishu.doors.public.models import Draft


@pytest.fixture
def runner(db: None, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Run the command in this test's own database."""
    monkeypatch.setattr(command, "start", lambda: None)
    old = now() - timedelta(days=31)
    unit = answers.Unit(id=1, said={"serial": "SN0001"})
    store.make(
        recall_slug="m100",
        answers=answers.Answers(units=(unit,), person={"name": "Satomi Kuramochi"}),
        at=old,
    )
    return CliRunner()


def test_a_dry_run_counts_and_touches_nothing(runner: CliRunner) -> None:
    done = runner.invoke(command.retention, ["--dry-run"])
    assert done.exit_code == 0
    assert "       1 drafts\n" in done.output
    assert "Nothing was deleted: this was a dry run." in done.output
    assert Draft.objects.count() == 1


def test_a_run_deletes_and_says_how_much_of_what(runner: CliRunner) -> None:
    done = runner.invoke(command.retention, [])
    assert "       1 drafts\n" in done.output
    assert "Satomi" not in done.output
    assert Draft.objects.count() == 0
