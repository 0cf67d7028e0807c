"""`kaishu report` prints, files and runs a report again, and says what differs."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import LazySettings

from kaishu.base import clock
from kaishu.cli import report as command
from kaishu.reports.models import Filed
from tests.claims.world import SLUG
from tests.reports.report_world import KNOWN, LATER, told, total

ASKED = [SLUG, "jp_progress", "--as-of", "2026-01-07", "--known-at", "2026-01-10T12:00+09:00"]


def test_a_report_is_printed_filed_and_run_again(
    db: None, tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.KAISHU_DATA_DIR = tmp_path
    monkeypatch.setattr(command, "start", lambda: None)
    monkeypatch.setattr(clock, "now", lambda: KNOWN + timedelta(minutes=9))
    story, run = told(tmp_path), CliRunner().invoke
    assert "jp_progress" in run(command.report, [SLUG]).output
    printed = run(command.report, [*ASKED, "--json"])
    assert json.loads(printed.output)["values"]["done"] == 251
    assert "Rate: 25.1 %" in run(command.report, ASKED).output
    file = tmp_path / "report.pdf"
    wrote = run(command.report, [*ASKED, "--format", "pdf", "--to", str(file)])
    assert (wrote.exit_code, file.read_bytes()[:5]) == (0, b"%PDF-")
    assert run(command.report, [*ASKED, "--file"]).exit_code == 2  # who?
    done = run(command.report, [*ASKED, "--file", "--by", "hana"])
    row = Filed.objects.get()
    assert f"SHA-256 {row.sha256}" in done.output
    assert row.content == printed.output.strip()
    again = ["--verify", str(row.id), SLUG]
    assert run(command.report, again).exit_code == 0
    total(story, 7, day=LATER.date().replace(month=1, day=3), recorded=KNOWN - timedelta(hours=1))
    differs = run(command.report, again)
    assert (differs.exit_code, "done: filed 251, now 258" in differs.output) == (1, True)
