"""The drill: copied while claims are written, lost, put back, and the books say the same."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pyrage
import pytest
from django.db import connections

from kaishu.base.clock import now
from kaishu.base.guards import missing_guards
from kaishu.base.keeping import archive as archives
from kaishu.base.keeping import backup, restore, tables
from kaishu.base.keeping.errors import Alive, ArchiveDamaged, ArchiveLocked, NoRecipient
from kaishu.base.storage import evidence_store
from kaishu.books.audit import audit as books_audit
from kaishu.books.models import Entry
from kaishu.claims.audit import audit as claims_audit
from kaishu.payouts.audit import audit as payouts_audit
from tests.keeping.kept import PHOTO, filled, sums, wipe


@pytest.fixture
def identity() -> pyrage.x25519.Identity:
    """Give a key pair that exists for one test only."""
    return pyrage.x25519.Identity.generate()


def test_a_copy_made_while_claims_are_written_comes_back_whole(
    fresh_db: str, data_dir: Path, tmp_path: Path, identity: pyrage.x25519.Identity
) -> None:
    world, stop = filled(data_dir / "packs"), threading.Event()

    def claims_go_on() -> None:
        try:
            for number in range(100, 900):
                if stop.is_set():
                    return
                world.claim(f"SN0{number}", remedy="refund", key=f"meanwhile {number}")
        finally:
            connections.close_all()

    others = threading.Thread(target=claims_go_on)
    others.start()
    try:
        folder, manifest = backup.make(
            target=tmp_path / "backups", recipients=[str(identity.to_public())], at=now()
        )
    finally:
        stop.set()
        others.join()
    lost = sums()
    assert len(lost["heads"]) > 0
    wipe()
    shutil.rmtree(data_dir)

    kept = backup.opened(folder, [identity])
    restore.restore(archive=kept)

    entries = frozenset(Entry.objects.values_list("id", flat=True))
    assert manifest.rows["books_entry"] == len(entries) >= 5
    came_back = sums()
    # The copy is of one moment: what it has is what stood there, entry by entry.
    known = dict(lost["heads"])  # type: ignore[arg-type]  # pairs of id and digest
    assert all(known[number] == digest for number, digest in came_back["heads"])  # type: ignore[misc]
    for audit in (books_audit, claims_audit, payouts_audit):
        assert [str(found) for found in audit()] == []
    assert missing_guards(connections["default"]) == []
    assert PHOTO in [
        evidence_store().get(name) for name in evidence_store().names(stored_before=now())
    ]


def test_without_writers_every_row_comes_back(
    fresh_db: str, data_dir: Path, tmp_path: Path, identity: pyrage.x25519.Identity
) -> None:
    filled(data_dir / "packs")
    before = sums()
    folder, manifest = backup.make(
        target=tmp_path / "b", recipients=[str(identity.to_public())], at=now()
    )
    files = {path: path.read_bytes() for path in data_dir.rglob("*") if path.is_file()}
    wipe()
    shutil.rmtree(data_dir)
    restore.restore(archive=backup.opened(folder, [identity]))
    assert sums() == before
    assert tables.counts(list(manifest.rows)) == manifest.rows
    again = {path: path.read_bytes() for path in data_dir.rglob("*") if path.is_file()}
    assert {p: c for p, c in again.items() if p.suffix != ".sqlite3"} == {
        p: c for p, c in files.items() if p.suffix != ".sqlite3"
    }


def test_no_key_and_no_name_lies_open_in_a_copy(
    fresh_db: str, data_dir: Path, tmp_path: Path, identity: pyrage.x25519.Identity
) -> None:
    filled(data_dir / "packs")
    (data_dir / "kaishu_field_key.txt").write_text("11" * 32)
    folder, _ = backup.make(target=tmp_path / "b", recipients=[str(identity.to_public())], at=now())
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for secret in (b"11" * 32, b"Sato", b"SN0001", b"SQLite format", b"PGDMP"):
        assert secret not in everything, secret
    assert b"age-encryption.org/v1" in everything


def test_a_copy_names_who_may_open_it_or_is_not_made(fresh_db: str, tmp_path: Path) -> None:
    with pytest.raises(NoRecipient):
        backup.make(target=tmp_path, recipients=[], at=now())
    assert list(tmp_path.glob("backup*")) == []


def test_every_changed_or_missing_file_is_named(
    fresh_db: str, data_dir: Path, tmp_path: Path
) -> None:
    filled(data_dir / "packs")
    folder, _ = backup.make(target=tmp_path / "b", recipients=[], at=now(), in_the_clear=True)
    kept = backup.opened(folder)
    assert backup.verify(kept) == []
    photo = next(name for name in kept.members if name.startswith("evidence/"))
    whole = (folder / photo).read_bytes()
    (folder / photo).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    manifest = next(name for name in kept.members if name.endswith("manifest.json"))
    (folder / manifest).unlink()
    assert set(backup.verify(kept)) == {photo, manifest}
    wipe()
    shutil.rmtree(data_dir)
    with pytest.raises(ArchiveDamaged):
        restore.restore(archive=kept)
    assert not data_dir.exists()


def test_a_list_of_files_that_was_changed_is_no_copy(
    fresh_db: str, data_dir: Path, tmp_path: Path
) -> None:
    folder, _ = backup.make(target=tmp_path / "b", recipients=[], at=now(), in_the_clear=True)
    (folder / archives.MEMBERS).write_text("")
    with pytest.raises(ArchiveDamaged):
        backup.opened(folder)


def test_another_identity_opens_nothing(
    fresh_db: str, tmp_path: Path, identity: pyrage.x25519.Identity
) -> None:
    folder, _ = backup.make(target=tmp_path / "b", recipients=[str(identity.to_public())], at=now())
    with pytest.raises(ArchiveLocked):
        backup.opened(folder, [pyrage.x25519.Identity.generate()])


def test_a_living_installation_is_not_overwritten_unasked(
    fresh_db: str, data_dir: Path, tmp_path: Path
) -> None:
    world = filled(data_dir / "packs")
    folder, _ = backup.make(target=tmp_path / "b", recipients=[], at=now(), in_the_clear=True)
    world.claim("SN0009", remedy="refund", key="later")
    later = sums()
    with pytest.raises(Alive):
        restore.restore(archive=backup.opened(folder))
    assert sums() == later
    restore.restore(archive=backup.opened(folder), overwrite=True)
    assert len(sums()["heads"]) < len(later["heads"])


def test_a_restore_that_fails_half_way_leaves_everything_as_it_was(
    fresh_db: str, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(data_dir / "packs")
    before = sums()
    folder, _ = backup.make(target=tmp_path / "b", recipients=[], at=now(), in_the_clear=True)
    files = {path for path in data_dir.rglob("*") if path.is_file()}
    kept = backup.opened(folder)
    kept.manifest.rows["books_entry"] += 1  # type: ignore[index]  # what a damaged dump would say
    with pytest.raises(Exception, match="books_entry"):
        restore.restore(archive=kept, overwrite=True)
    assert sums() == before
    assert {path for path in data_dir.rglob("*") if path.is_file()} == files


def test_a_copy_that_was_cut_off_is_none_and_the_next_takes_over_its_files(
    fresh_db: str, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(data_dir / "packs")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("kaishu.base.keeping.backup._add_database", killed)
        with pytest.raises(KeyboardInterrupt):
            backup.make(target=tmp_path / "b", recipients=[], at=now(), in_the_clear=True)
    [half] = (tmp_path / "b").iterdir()
    assert half.name.startswith(".part-")
    places = {path.name: path.stat().st_ino for path in half.rglob("evidence/*/*")}
    assert len(places) == 1
    folder, _ = backup.make(target=tmp_path / "b", recipients=[], at=now(), in_the_clear=True)
    assert [path.name for path in (tmp_path / "b").iterdir()] == [folder.name]
    assert {path.name: path.stat().st_ino for path in folder.rglob("evidence/*/*")} == places
