"""The drill with an object store: lost with its bucket, put back, and moved there from a folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest
from pytest_django import Settings

from kaishu.base.clock import now
from kaishu.base.keeping import backup, restore
from kaishu.base.s3 import BucketStore
from kaishu.base.storage import evidence_store
from kaishu.books.audit import audit as books_audit
from kaishu.claims.models import Evidence
from tests.keeping.kept import PHOTO, filled, sums, wipe
from tests.support.weed import Weed, running_weed

EVER = datetime.max.replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def weed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Weed]:
    with running_weed(tmp_path_factory.mktemp("weed")) as server:
        yield server


def test_files_come_back_into_a_bucket_that_was_lost_or_never_had_them(
    fresh_db: str, data_dir: Path, tmp_path: Path, settings: Settings, weed: Weed
) -> None:
    identity = pyrage.x25519.Identity.generate()
    people = {"recipients": [str(identity.to_public())]}
    filled(data_dir / "packs")
    before = sums()
    from_folder, _ = backup.make(target=tmp_path / "one", at=now(), **people)

    wipe()
    shutil.rmtree(data_dir)
    settings.KAISHU_FILES_URL = weed.url()
    restore.restore(archive=backup.opened(from_folder, [identity]))
    came_back(before)
    assert not (data_dir / "evidence").exists()

    from_bucket, _ = backup.make(target=tmp_path / "two", at=now(), **people)
    wipe()
    shutil.rmtree(data_dir)
    store = evidence_store()
    for name in list(store.names(stored_before=EVER)):
        store.delete(name)
    restore.restore(archive=backup.opened(from_bucket, [identity]))
    came_back(before)


def came_back(before: dict[str, list[object]]) -> None:
    """Hold the books and every claim's file against what they were."""
    assert sums() == before
    assert list(books_audit()) == []
    store = evidence_store()
    assert isinstance(store, BucketStore)
    names = list(Evidence.objects.values_list("name", flat=True))
    assert [store.get(name) for name in names] == [PHOTO]
    assert sorted(store.names(stored_before=EVER)) == sorted(names)
