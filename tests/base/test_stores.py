"""What holds for every store of evidence: a folder on a disk, and a real S3 server."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from kaishu.base.s3 import BadFilesUrl, BucketStore, _client, read_url
from kaishu.base.storage import (
    FileDamaged,
    FileGone,
    FolderStore,
    Store,
    StoreAway,
    StoreRefuses,
    evidence_store,
)
from tests.support.weed import Weed, running_weed

EVER = datetime.max.replace(tzinfo=UTC)
PHOTO = b"photo of a receipt" * 500


@pytest.fixture(scope="module")
def weed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Weed]:
    with running_weed(tmp_path_factory.mktemp("weed")) as server:
        yield server


@pytest.fixture
def bucket(weed: Weed) -> Iterator[BucketStore]:
    store = BucketStore(read_url(weed.url()))
    yield store
    for name in list(store.names(stored_before=EVER)):
        store.delete(name)


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return FolderStore(tmp_path / "files")
    found: Store = request.getfixturevalue("bucket")
    return found


class TestEveryStore:
    def test_a_file_comes_back_under_a_name_that_nobody_guesses(self, store: Store) -> None:
        names = {store.put(PHOTO) for _ in range(3)}
        assert len(names) == 3
        assert {store.get(name) for name in names} == {PHOTO}
        assert set(store.names(stored_before=EVER)) == names

    def test_it_lies_there_sealed(self, store: Store) -> None:
        name = store.put(PHOTO)
        assert b"receipt" not in store.sealed(name)
        assert len(store.sealed(name)) > len(PHOTO)

    def test_what_is_deleted_is_gone_and_a_second_delete_is_quiet(self, store: Store) -> None:
        name = store.put(b"x")
        store.delete(name)
        store.delete(name)
        with pytest.raises(FileGone):
            store.get(name)
        assert list(store.names(stored_before=EVER)) == []

    def test_a_file_changed_or_under_another_name_is_named_damaged(self, store: Store) -> None:
        first, second = store.put(b"first"), store.put(b"second")
        store.put_sealed(first, store.sealed(second))
        with pytest.raises(FileDamaged):
            store.get(first)
        store.put_sealed(second, store.sealed(second)[:-1])
        with pytest.raises(FileDamaged):
            store.get(second)

    def test_a_copy_that_is_put_back_opens(self, store: Store) -> None:
        name = store.put(PHOTO)
        kept = store.sealed(name)
        store.delete(name)
        store.put_sealed(name, kept)
        assert store.get(name) == PHOTO

    def test_only_old_files_are_named_as_old(self, store: Store) -> None:
        name = store.put(b"x")
        now = datetime.now(UTC)
        assert list(store.names(stored_before=now - timedelta(hours=1))) == []
        assert list(store.names(stored_before=now + timedelta(hours=1))) == [name]

    @pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 32, "a" * 31])
    def test_a_name_that_is_not_ours_reaches_nothing(self, store: Store, name: str) -> None:
        with pytest.raises(FileGone):
            store.get(name)


def test_the_setting_chooses_the_bucket(weed: Weed, settings: Settings) -> None:
    settings.KAISHU_FILES_URL = weed.url()
    assert isinstance(evidence_store(), BucketStore)
    name = evidence_store().put(PHOTO)
    assert evidence_store().get(name) == PHOTO
    evidence_store().delete(name)


def test_a_wrong_secret_and_a_missing_bucket_are_refused_and_tell_no_secret(weed: Weed) -> None:
    with pytest.raises(StoreRefuses, match="SignatureDoesNotMatch") as refused:
        BucketStore(read_url(weed.url(secret="hunter2"))).put(b"x")
    assert "hunter2" not in str(refused.value)
    with pytest.raises(StoreRefuses, match="NoSuchBucket"):
        list(BucketStore(read_url(weed.url(bucket="nowhere"))).names(stored_before=EVER))


def test_an_upload_that_is_cut_off_leaves_nothing(bucket: BucketStore, weed: Weed) -> None:
    name = "ab" * 16
    signed = _client(bucket.place).generate_presigned_url(
        "put_object", Params={"Bucket": bucket.place.bucket, "Key": bucket._key(name)}
    )
    path = signed.split(str(weed.port), 1)[1]
    with socket.create_connection(("127.0.0.1", weed.port)) as half:
        head = f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{weed.port}\r\nContent-Length: 9999\r\n\r\n"
        half.sendall(head.encode() + b"only the beginning")
    with pytest.raises(FileGone):
        bucket.get(name)
    assert list(bucket.names(stored_before=EVER)) == []


def test_a_server_that_is_down_is_named_and_found_again_with_its_files(weed: Weed) -> None:
    store = BucketStore(read_url(weed.url()))
    name = store.put(PHOTO)
    weed.stop()
    acts: tuple[Callable[[], object], ...] = (
        lambda: store.put(b"x"),
        lambda: store.get(name),
        lambda: list(store.names(stored_before=EVER)),
    )
    for act in acts:
        with pytest.raises(StoreAway):
            act()
    weed.start()
    assert store.get(name) == PHOTO
    store.delete(name)


@pytest.mark.parametrize(
    "url", ["", "https://host/bucket", "s3://host", "s3:///bucket", "s3://host/bucket?acl=public"]
)
def test_what_is_no_address_of_a_store_is_refused(url: str) -> None:
    with pytest.raises(BadFilesUrl):
        read_url(url)


def test_a_place_shows_no_secret() -> None:
    place = read_url("s3://me:top%20secret@s3.example.com/bucket/a/b?region=ap-northeast-1")
    assert (place.secret, place.endpoint) == ("top secret", "https://s3.example.com")
    assert (place.bucket, place.folder, place.region) == ("bucket", "a/b", "ap-northeast-1")
    assert "secret" not in repr(place)
