"""From one database to the other and back: every row, every id, every guard, and then on."""

from __future__ import annotations

import io
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from pytest_django import Settings

from kaishu.base.clock import now
from kaishu.base.guards import missing_guards
from kaishu.base.keeping import portable, restore, tables
from kaishu.base.keeping.errors import ArchiveNewer, KeyMissing, RowsDiffer
from kaishu.base.keeping.unguarded import switched_off
from kaishu.base.models import Tries
from kaishu.books.audit import audit as books_audit
from kaishu.books.models import Entry
from kaishu.claims.audit import audit as claims_audit
from kaishu.payouts.audit import audit as payouts_audit
from tests.keeping.kept import everything, filled, sums, wipe
from tests.support import databases


def test_an_import_is_the_same_rows_under_the_same_ids_and_under_guard(
    fresh_db: str, template_db: str, data_dir: Path, tmp_path: Path
) -> None:
    filled(data_dir / "packs")
    gone = Tries.objects.create(name="x", subject="y", count=1, until=now())
    gone_id = gone.pk
    gone.delete()
    before, newest = everything(), Entry.objects.order_by("-id")[0].id
    folder, _ = portable.export(target=tmp_path / "out", recipients=[], at=now())
    with databases.fresh_copy(template_db):
        portable.load_tables(portable.opened(folder))
        after = everything()
        assert {name for name in before if before[name] != after[name]} == set()
        assert audits() == []
        assert (missing_guards(connection), switched_off()) == ([], [])
        with pytest.raises(IntegrityError, match="append-only"):
            Entry.objects.update(by="somebody else")
        # Numbers go on where they were, past rows that are gone.
        assert Tries.objects.create(name="x", subject="y", count=1, until=now()).pk > gone_id
        entry = Entry.objects.order_by("-id")[0]
        entry.id, entry.key, entry.chain = None, "after", "after"  # type: ignore[assignment]
        entry.save(force_insert=True)
        assert entry.id is not None
        assert entry.id > newest


def test_an_export_of_an_older_version_passes_through_its_migrations(
    fresh_db: str, data_dir: Path, tmp_path: Path
) -> None:
    """The last migration of one app is taken back before the export, as an older version had it."""
    filled(data_dir / "packs")
    before = sums()
    names = tables.applied()["people"]
    MigrationExecutor(connection).migrate([("people", names[-2])])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "refuse_pending", lambda: None)  # its own code had none pending
        folder, manifest = portable.export(target=tmp_path / "out", recipients=[], at=now())
    assert names[-1] not in manifest.migrations["people"]
    wipe()
    shutil.rmtree(data_dir)
    restore.restore(archive=portable.opened(folder))
    assert tables.pending() == []
    assert missing_guards(connection) == []
    assert sums() == before
    assert audits() == []


def audits() -> list[str]:
    """Return what the audits of books, claims and payouts find."""
    return [str(found) for audit in (books_audit, claims_audit, payouts_audit) for found in audit()]


def test_what_a_newer_version_wrote_is_refused(
    fresh_db: str, data_dir: Path, tmp_path: Path
) -> None:
    folder, _ = portable.export(target=tmp_path / "out", recipients=[], at=now())
    kept = portable.opened(folder)
    kept.manifest.migrations["books"].append("9999_from_the_future")
    with pytest.raises(ArchiveNewer):
        restore.restore(archive=kept, overwrite=True)


def test_without_its_key_nothing_is_imported(
    fresh_db: str, data_dir: Path, tmp_path: Path, settings: Settings
) -> None:
    folder, _ = portable.export(target=tmp_path / "out", recipients=[], at=now())
    settings.KAISHU_FIELD_KEY = "22" * 32
    with pytest.raises(KeyMissing, match="field:1"):
        restore.restore(archive=portable.opened(folder), overwrite=True)
    settings.KAISHU_FIELD_KEY = f"2:{'22' * 32} 1:{'11' * 32}"
    restore.refuse_unfit(portable.opened(folder))


def test_a_file_that_lacks_a_row_is_refused(db: None) -> None:
    short = io.BytesIO(b'["id","name","subject","count","until"]\n')
    with pytest.raises(RowsDiffer, match="base_tries"):
        tables.load(Tries, short, 1)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="crosses from PostgreSQL")
def test_rows_cross_to_the_other_database_and_back(
    fresh_db: str, data_dir: Path, tmp_path: Path
) -> None:
    filled(data_dir / "packs")
    before = everything()
    out, _ = portable.export(target=tmp_path / "out", recipients=[], at=now())
    with on_sqlite(tmp_path / "other.sqlite3"):
        restore.restore(archive=portable.opened(out), overwrite=True)
        assert everything() == before
        assert missing_guards(connections["default"]) == []
        assert audits() == []
        back, _ = portable.export(target=tmp_path / "back", recipients=[], at=now())
    restore.restore(archive=portable.opened(back), overwrite=True)
    assert everything() == before
    assert audits() == []


@contextmanager
def on_sqlite(place: Path) -> Iterator[None]:
    """Make a SQLite file the default database for the block."""
    import dj_database_url
    from django.db import connections as all_of_them

    before = all_of_them["default"]
    before.close()
    sqlite3.connect(place).close()
    other = dj_database_url.parse(f"sqlite:///{place}")
    wanted = {**before.settings_dict, **other, "OPTIONS": {"transaction_mode": "IMMEDIATE"}}
    wanted.pop("CONN_HEALTH_CHECKS", None)
    saved = all_of_them.databases["default"]  # the very object: threads connect by it
    all_of_them.databases["default"] = {**saved, **wanted, "CONN_HEALTH_CHECKS": False}
    all_of_them["default"] = all_of_them.create_connection("default")
    try:
        yield
    finally:
        all_of_them["default"].close()
        all_of_them.databases["default"] = saved
        all_of_them["default"] = before
