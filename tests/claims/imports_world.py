"""A spreadsheet of a recall that ran elsewhere, brought in as people bring it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

from kaishu.base import jobs
from kaishu.base.clock import now
from kaishu.base.jobs.run import run_due
from kaishu.claims.imports import actions, queries
from kaishu.claims.imports.models import ClaimImport
from kaishu.config.jobs import KINDS
from kaishu.core.recall import Party
from tests.claims import world as claims_world
from tests.claims.world import SLUG, WORD, World

HEADER = (
    "受付番号",
    "シリアル番号",
    "氏名",
    "メール",
    "購入金額",
    "対応",
    "申込日",
    "判定",
    "返金額",
    "返金日",
    "回収日",
    "廃棄日",
    "製品の状態",
)
PARTIES = (
    Party(code="depot-1", role="depot", name=WORD),
    Party(code="mori", role="recycler", name=WORD),
)


def row(reference: str, serial: str, **more: str) -> dict[str, str]:
    """Return one row of the other system's file; the remedy is a refund unless said."""
    usual = {"受付番号": reference, "シリアル番号": serial, "氏名": "佐藤 花子"}
    usual |= {"メール": "hanako@example.test", "購入金額": "3,990", "対応": "refund"}
    words = {"decision": "判定", "paid": "返金額", "paid_on": "返金日", "came": "回収日"}
    words |= {"ended": "廃棄日", "name": "氏名", "remedy": "対応", "amount": "購入金額"}
    words |= {"filed": "申込日", "condition": "製品の状態"}
    return usual | {words[name]: value for name, value in more.items()}


def content(rows: Sequence[dict[str, str]], header: Sequence[str] = HEADER) -> bytes:
    """Write rows as the other system exports them: CP932, with commas."""
    text = StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("cp932")


def open_world(folder: Path) -> World:
    """Publish the recall of the claims' tests with a depot and a recycler."""
    plain = claims_world.recall
    try:
        claims_world.recall = lambda: replace(plain(), parties=PARTIES)  # type: ignore[assignment]
        return World().open(folder)
    finally:
        claims_world.recall = plain


def brought(rows: Sequence[dict[str, str]], **settings: str) -> ClaimImport:
    """Bring a file, keep the guessed columns, and say where units went."""
    source = actions.bring(
        slug=SLUG, name="old.csv", content=content(rows), encoding="", by="mika", at=now()
    )
    if source.job_id is None:
        said = {"depot": "depot-1", "recycler": "mori", **settings}
        actions.remember(
            import_id=source.id,
            mapping=source.mapping,
            settings=queries.tell_settings(SLUG, said),
            at=now(),
        )
    return queries.found(source.id)


def work() -> None:
    """Let the worker do all that waits."""
    while any(run_due(at=now(), kinds=KINDS, seconds=60).values()):
        pass


def tried(source: ClaimImport) -> dict[str, Any]:
    """Try the file out; returns the counts."""
    job = actions.start_check(import_id=source.id, by="mika", at=now())
    work()
    return dict(jobs.job_view(job.id).result)


def imported(source: ClaimImport, by: str = "jun") -> ClaimImport:
    """Try the file out, start the import and let the worker finish it."""
    tried(source)
    actions.start_import(import_id=source.id, typed=str(source.rows), by=by, at=now())
    work()
    return queries.found(source.id)


def results(source: ClaimImport) -> list[tuple[str, str]]:
    """Return (what was done, reason) of every row in order."""
    assert source.job_id is not None
    return [
        (str(each.result.get("did", "")) if each.state == "done" else each.state, each.reason)
        for each in jobs.rows_of(source.job_id)
    ]
