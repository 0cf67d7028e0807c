"""An installation of an earlier version, written by that version's own code, runs under this one.

`older/` holds what the code of commit 5a49ab3 (the end of the third issue) wrote: `folder` is its
data folder on SQLite, `export` the same rows as lines, for either database.
"""

from __future__ import annotations

import shutil
import tarfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, connections
from pytest_django import Settings

from kaishu.base.guards import missing_guards
from kaishu.base.keeping import portable, restore, tables
from kaishu.books.audit import audit as books_audit
from kaishu.books.models import Closing, Entry
from kaishu.books.queries import trial_balance
from kaishu.claims import queries
from kaishu.claims.audit import audit as claims_audit
from kaishu.claims.models import Claim
from kaishu.claims.search.keep import backfill
from kaishu.payouts.audit import audit as payouts_audit
from tests.claims.world import START, World
from tests.keeping.kept import wipe
from tests.support import seeds

OLDER = Path(__file__).parent / "older"
KEY = "1122334455667788" * 4


@pytest.fixture
def older(tmp_path: Path, settings: Settings) -> Path:
    settings.KAISHU_FIELD_KEY = KEY
    for name in ("folder", "export"):
        with tarfile.open(OLDER / f"{name}.tar.xz") as packed:
            packed.extractall(tmp_path, filter="data")
    return tmp_path


def test_a_folder_of_an_earlier_version_is_brought_up_to_date_where_it_lies(
    fresh_db: str, older: Path, data_dir: Path
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the folder holds a SQLite file; the export is for both")
    connection.close()
    shutil.copy(older / "folder" / "kaishu.sqlite3", str(connection.settings_dict["NAME"]))
    shutil.copytree(older / "folder" / "packs", data_dir / "packs")
    assert len(tables.pending()) > 20
    call_command("migrate", verbosity=0)
    works_on()


def test_an_export_of_an_earlier_version_comes_into_either_database(
    fresh_db: str, older: Path, data_dir: Path
) -> None:
    if connection.vendor == "sqlite" and not seeds.TORTURE:
        pytest.skip("the folder above goes through the same migrations; PostgreSQL runs this one")
    wipe()
    shutil.rmtree(data_dir)
    restore.restore(archive=portable.opened(older / "export"))
    works_on()


def works_on() -> None:
    """Hold what came over against what was there, and go on with it."""
    assert tables.pending() == []
    assert missing_guards(connections["default"]) == []
    assert (Entry.objects.count(), Claim.objects.count()) == (9, 3)
    assert Closing.objects.count() == 0
    # The one thing that a newer version has to build first; the audit and the docs say how.
    assert {found.code for found in claims_audit()} == {"search_missing"}
    assert backfill() == 3
    for audit in (books_audit, claims_audit, payouts_audit):
        assert [str(found) for found in audit()] == []
    before = str(trial_balance(recall_id=1))
    case = queries.case(Claim.objects.earliest("id").case_no)
    assert case.units[0].serial == "SN0001"
    world = World(recall_id=1, minutes=60 * 24)
    world.claim("SN0100", remedy="refund", key="after")
    assert str(trial_balance(recall_id=1)) != before
    assert Claim.objects.latest("id").submitted_at > START + timedelta(hours=1)
    assert list(books_audit()) == []
