"""Keep evidence files in an S3-compatible object store, sealed as on a disk.

    KAISHU_FILES_URL=s3://ACCESS:SECRET@s3.example.com:9000/bucket/folder?tls=no&region=us-east-1

Path-style addresses and signature version 4: what every such store understands. Without a name
and secret in the URL, boto3 looks where it always does (AWS_ACCESS_KEY_ID, a machine's role).
A PUT is whole or not at all: a body that is cut off leaves no object.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from kaishu.base.storage import (
    NAME,
    FileDamaged,
    FileGone,
    StoreAway,
    StoreRefuses,
    new_name,
    opened,
    sealed_for,
)

ABSENT = frozenset({"NoSuchKey", "404", "NotFound"})
SWITCHES = frozenset({"tls", "region"})


class BadFilesUrl(ValueError):
    """This is no address of an object store."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the store is: its address, who we are there, the bucket and the folder in it."""

    endpoint: str
    region: str
    access: str
    secret: str
    bucket: str
    folder: str

    def __repr__(self) -> str:
        """Hide the secret: a repr ends up in logs."""
        return f"Place({self.endpoint}/{self.bucket}/{self.folder})"


def read_url(url: str) -> Place:
    """Read KAISHU_FILES_URL; raise BadFilesUrl."""
    said = urlsplit(url)
    switches = dict(parse_qsl(said.query))
    bucket, _, folder = said.path.strip("/").partition("/")
    if said.scheme != "s3" or not said.hostname or not bucket or set(switches) - SWITCHES:
        raise BadFilesUrl("s3://access:secret@host/bucket")
    scheme = "http" if switches.get("tls") == "no" else "https"
    port = f":{said.port}" if said.port else ""
    return Place(
        endpoint=f"{scheme}://{said.hostname}{port}",
        region=switches.get("region", "us-east-1"),
        access=unquote(said.username or ""),
        secret=unquote(said.password or ""),
        bucket=bucket,
        folder=folder,
    )


@lru_cache(maxsize=4)
def _client(place: Place) -> Any:
    """Make one client a process: it keeps its connections and may be used by several threads."""
    import boto3
    from botocore.config import Config

    names = {"aws_access_key_id": place.access, "aws_secret_access_key": place.secret}
    return boto3.session.Session().client(
        "s3",
        endpoint_url=place.endpoint,
        region_name=place.region,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=3,
            read_timeout=20,
            retries={"mode": "standard", "total_max_attempts": 3},
            # Newer checksums are sent only where a call demands them: other stores refuse them.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
        **(names if place.access else {}),
    )


@dataclass(frozen=True, slots=True)
class BucketStore:
    """Files in one folder of a bucket. Raises StoreAway or StoreRefuses where it must wait."""

    place: Place

    def put(self, data: bytes) -> str:
        """Seal and store, read it back, and return its new name."""
        name = new_name()
        self.put_sealed(name, sealed_for(name, data))
        if self.get(name) != data:
            raise FileDamaged(name=name)
        return name

    def put_sealed(self, name: str, sealed: bytes) -> None:
        """Store what `sealed` gave, under its name: for copies that are put back."""
        with _told(name):
            self._client.put_object(Bucket=self.place.bucket, Key=self._key(name), Body=sealed)

    def get(self, name: str) -> bytes:
        """Return the file's bytes; raise `FileGone` or `FileDamaged`."""
        return opened(name, self.sealed(name))

    def sealed(self, name: str) -> bytes:
        """Return the file as it is stored, for copies; raise `FileGone`."""
        with _told(name):
            found = self._client.get_object(Bucket=self.place.bucket, Key=self._key(name))
            content: bytes = found["Body"].read()
            return content

    def delete(self, name: str) -> None:
        """Delete the file; a second delete is the same as one."""
        with _told(name):
            self._client.delete_object(Bucket=self.place.bucket, Key=self._key(name))

    def names(self, *, stored_before: datetime) -> Iterator[str]:
        """Yield the names of files stored before a moment."""
        pages = self._client.get_paginator("list_objects_v2")
        start = f"{self.place.folder}/" if self.place.folder else ""
        with _told(""):
            for page in pages.paginate(Bucket=self.place.bucket, Prefix=start):
                for found in page.get("Contents", ()):
                    name = found["Key"].rpartition("/")[2]
                    if NAME.fullmatch(name) and found["LastModified"] < stored_before:
                        yield name

    @property
    def _client(self) -> Any:
        return _client(self.place)

    def _key(self, name: str) -> str:
        if not NAME.fullmatch(name):
            raise FileGone(name="?")
        parts = (self.place.folder, name[:2], name[2:4], name)
        return "/".join(part for part in parts if part)


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Turn what the store answers into our refusals; none of them names a key or a secret."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as problem:
        said = problem.response.get("Error", {}).get("Code", "")
        status = problem.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if said in ABSENT:
            raise FileGone(name=name) from None
        if status >= 500:
            raise StoreAway from None
        raise StoreRefuses(said=str(said)[:40]) from None
    except BotoCoreError:
        raise StoreAway from None
