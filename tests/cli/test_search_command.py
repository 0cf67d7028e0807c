"""Claims from before the search become findable by one command that may run again."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from kaishu.claims.search.models import SearchKey
from kaishu.cli import main
from tests.claims.world import World


def run() -> Result:
    return CliRunner().invoke(main.kaishu, ["search"])


def test_what_nothing_finds_is_indexed_once_and_nobody_is_named(db: None, tmp_path: Path) -> None:
    made = World().open(tmp_path / "recall")
    made.claim("SN0001", remedy="refund", name="Suzuki", key="1")
    SearchKey.objects.all().delete()
    first, second = run(), run()
    assert (first.exit_code, first.output) == (0, "1 claims can be found now.\n")
    assert (second.exit_code, second.output) == (0, "0 claims can be found now.\n")
    assert SearchKey.objects.exists()
