"""The files of an installation: evidence in its store, everything else in the data folder.

Left out are what is made again (static files), what a copy must never hold (keys: files that lie
directly in the data folder) and the database, which has a way of its own.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from django.conf import settings

from kaishu.base.keeping import sqlite
from kaishu.base.keeping.archive import Archive, Writer
from kaishu.base.keeping.values import Advance, silent
from kaishu.base.storage import FileGone, evidence_store

EVIDENCE, DATA = "evidence/", "data/"
MADE_AGAIN = frozenset({"static", "evidence", "metrics", "graphs"})
# Their names are digests or drawn at random: what lies under one name never changes.
NEVER_CHANGES = frozenset({"imports", "drafts", "links"})
ASIDE = ".before-restore"


def folders() -> list[Path]:
    """Return the folders of the data folder that belong into a copy."""
    root = Path(settings.KAISHU_DATA_DIR)
    found = sorted(place for place in root.iterdir() if place.is_dir()) if root.is_dir() else []
    return [place for place in found if place.name not in MADE_AGAIN and not _is_aside(place.name)]


def add_all(writer: Writer, advance: Advance = silent) -> None:
    """Add every file that the copy has not yet; what goes away meanwhile is no file any more."""
    wanted = [name for name in _names() if name not in writer.members]
    for number, name in enumerate(wanted, 1):
        if not (_never_changes(name) and writer.reuse(name)):
            _add(writer, name)
        advance("files", number, len(wanted))


def put_all(archive: Archive, advance: Advance = silent) -> None:
    """Put every file of a copy where it belongs."""
    root, store = Path(settings.KAISHU_DATA_DIR), evidence_store()
    wanted = [name for name in archive.members if name.startswith((EVIDENCE, DATA))]
    for number, name in enumerate(wanted, 1):
        with archive.open(name) as file:
            if name.startswith(EVIDENCE):
                store.put_sealed(name.rpartition("/")[2], file.read())
            else:
                _write(root / name.removeprefix(DATA), file)
        advance("files", number, len(wanted))


@contextmanager
def emptied() -> Iterator[None]:
    """Set the data folder's files aside for the block; they come back if the block fails.

    Evidence in an object store is left there: its names are never given twice.
    """
    root = Path(settings.KAISHU_DATA_DIR)
    places = [*folders(), *(place for place in [root / "evidence"] if place.is_dir())]
    for place in places:
        shutil.rmtree(_aside(place), ignore_errors=True)
        place.rename(_aside(place))
    try:
        yield
    except BaseException:
        for place in [*folders(), root / "evidence"]:
            shutil.rmtree(place, ignore_errors=True)
        for place in places:
            _aside(place).rename(place)
        raise
    for place in places:
        shutil.rmtree(_aside(place), ignore_errors=True)


def any_there() -> bool:
    """Say whether there are files of an installation."""
    return next(_names(), None) is not None


def _names() -> Iterator[str]:
    for name in evidence_store().names(stored_before=datetime.max.replace(tzinfo=UTC)):
        yield f"{EVIDENCE}{name[:2]}/{name}"
    root = Path(settings.KAISHU_DATA_DIR)
    for place in _files(folders()):
        yield f"{DATA}{place.relative_to(root)}"


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        for path in sorted(place.rglob("*")):
            if path.is_file() and not _is_half(path.name):
                yield path


def _add(writer: Writer, name: str) -> None:
    try:
        if name.startswith(EVIDENCE):
            writer.add(name, io.BytesIO(evidence_store().sealed(name.rpartition("/")[2])))
            return
        place = Path(settings.KAISHU_DATA_DIR) / name.removeprefix(DATA)
        if place.suffix == ".sqlite3":
            with tempfile.TemporaryDirectory() as room:
                sqlite.copy(place, Path(room) / "copy")
                with (Path(room) / "copy").open("rb") as file:
                    writer.add(name, file)
            return
        with place.open("rb") as file:
            writer.add(name, file)
    except (FileGone, FileNotFoundError):
        return


def _write(place: Path, file: IO[bytes]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with place.open("wb") as target:
        shutil.copyfileobj(file, target)
    place.chmod(0o600)


def _never_changes(name: str) -> bool:
    if name.startswith(EVIDENCE):
        return True
    parts = Path(name).parts
    return parts[1] in NEVER_CHANGES or (parts[1] == "packs" and len(parts[2]) == 64)


def _is_half(name: str) -> bool:
    return name.endswith((".part", "-wal", "-shm", "-journal"))


def _aside(place: Path) -> Path:
    return place.with_name(place.name + ASIDE)


def _is_aside(name: str) -> bool:
    return name.endswith(ASIDE)
