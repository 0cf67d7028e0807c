"""Evidence files are sealed, written whole, and named so that nobody can guess or walk to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaishu.base.storage import FileDamaged, FileGone, FolderStore, evidence_store


def test_a_file_comes_back_and_is_sealed_on_the_disk(data_dir: Path) -> None:
    name = evidence_store().put(b"photo of a receipt" * 100)
    assert evidence_store().get(name) == b"photo of a receipt" * 100
    [file] = [path for path in data_dir.rglob("*") if path.is_file()]
    assert file == data_dir / "evidence" / name[:2] / name[2:4] / name
    assert b"receipt" not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_deleted_file_is_gone_and_a_second_delete_is_quiet(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    name = store.put(b"x")
    store.delete(name)
    store.delete(name)
    with pytest.raises(FileGone):
        store.get(name)


def test_a_file_changed_or_swapped_on_the_disk_is_named_damaged(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    first, second = store.put(b"first"), store.put(b"second")
    place = {name: tmp_path / name[:2] / name[2:4] / name for name in (first, second)}
    place[first].write_bytes(place[second].read_bytes())
    with pytest.raises(FileDamaged):
        store.get(first)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 32, "a" * 31, "a" * 32 + "\n"])
def test_a_name_that_is_not_ours_reaches_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileGone):
        FolderStore(tmp_path).get(name)


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kaishu.base.storage.os.fsync", full)
    (tmp_path / "evidence").mkdir()
    with pytest.raises(OSError, match="No space left"):
        FolderStore(tmp_path / "evidence").put(b"x")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
