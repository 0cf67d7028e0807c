"""Keep evidence files: random names, sealed on the disk, written whole or not at all.

A few verbs on purpose: a folder or an object store (`base.s3`) stands behind them alike.
A file's name is all that the database keeps; nobody can guess it, and no web path serves it.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.conf import settings

from kaishu.base import sealing
from kaishu.core.errors import Refusal

NAME = re.compile(r"[0-9a-f]{32}")


class FileGone(Refusal):
    """There is no stored file of this name."""

    code = "file_gone"


class FileDamaged(Refusal):
    """The stored file does not open: it was changed on the disk, or the key is another."""

    code = "file_damaged"


class StoreAway(Refusal):
    """The place that keeps files does not answer."""

    code = "store_away"


class StoreRefuses(Refusal):
    """The place that keeps files refuses us: wrong key, or no such bucket."""

    code = "store_refuses"


class Store(Protocol):
    """What evidence needs of a place that keeps files."""

    def put(self, data: bytes) -> str: ...

    def get(self, name: str) -> bytes: ...

    def delete(self, name: str) -> None: ...

    def names(self, *, stored_before: datetime) -> Iterator[str]: ...

    def sealed(self, name: str) -> bytes: ...

    def put_sealed(self, name: str, sealed: bytes) -> None: ...


def new_name() -> str:
    """Return a name that nobody can guess."""
    return secrets.token_hex(16)


def sealed_for(name: str, data: bytes) -> bytes:
    """Return a file sealed for its name: under another name it does not open."""
    return sealing.seal(data, purpose=f"evidence:{name}")


def opened(name: str, sealed: bytes) -> bytes:
    """Return a file's bytes; raise `FileDamaged`."""
    try:
        return sealing.unseal(sealed, purpose=f"evidence:{name}")
    except sealing.CannotOpen:
        raise FileDamaged(name=name) from None


@dataclass(frozen=True, slots=True)
class FolderStore:
    """Files under one folder, two levels deep so that no folder grows huge."""

    root: Path

    def put(self, data: bytes) -> str:
        """Seal and store, make it durable, read it back, and return its new name."""
        name = new_name()
        self.put_sealed(name, sealed_for(name, data))
        if self.get(name) != data:
            raise FileDamaged(name=name)
        return name

    def put_sealed(self, name: str, sealed: bytes) -> None:
        """Store what `sealed` gave, under its name: for copies that are put back."""
        place = self._place(name)
        _make_folders(self.root, place.parent)
        part = place.with_suffix(".part")
        try:
            with part.open("wb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            part.replace(place)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _sync_folder(place.parent)

    def get(self, name: str) -> bytes:
        """Return the file's bytes; raise `FileGone` or `FileDamaged`."""
        return opened(name, self.sealed(name))

    def sealed(self, name: str) -> bytes:
        """Return the file as it is stored, for copies; raise `FileGone`."""
        try:
            return self._place(name).read_bytes()
        except FileNotFoundError:
            raise FileGone(name=name) from None

    def delete(self, name: str) -> None:
        """Delete the file; a second delete is the same as one."""
        place = self._place(name)
        place.unlink(missing_ok=True)
        place.with_suffix(".part").unlink(missing_ok=True)
        if place.parent.is_dir():
            _sync_folder(place.parent)

    def names(self, *, stored_before: datetime) -> Iterator[str]:
        """Yield the names of files stored before a moment, halves of a broken write included.

        The name of a half is that of the file it would have become; deleting it is the same verb.
        """
        for place in sorted(self.root.glob("*/*/*")):
            name = place.name.removesuffix(".part")
            if NAME.fullmatch(name) and place.stat().st_mtime < stored_before.timestamp():
                yield name

    def _place(self, name: str) -> Path:
        if not NAME.fullmatch(name):  # a name never comes from a person, and never walks the disk
            raise FileGone(name="?")
        return self.root / name[:2] / name[2:4] / name


def evidence_store() -> Store:
    """Return the installation's store for evidence: a bucket where one is set, else a folder."""
    if settings.KAISHU_FILES_URL:
        from kaishu.base.s3 import BucketStore, read_url  # boto3 takes a second to load

        return BucketStore(read_url(settings.KAISHU_FILES_URL))
    return FolderStore(settings.KAISHU_DATA_DIR / "evidence")


def _make_folders(root: Path, folder: Path) -> None:
    """Make the folder durable too: its new parents' entries are synced."""
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for parent in (folder.parent, root):
        _sync_folder(parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
