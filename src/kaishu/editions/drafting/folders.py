"""A revision as a recall folder on the disk, for as long as somebody reads it."""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from kaishu.base.storage import FolderStore, Store
from kaishu.editions.drafting.errors import FileNameWrong, FolderUnreadable
from kaishu.editions.drafting.models import Revision
from kaishu.editions.problems import RECALL_FILE

LIST_NAME = re.compile(r"serials/[A-Za-z0-9][A-Za-z0-9._-]{0,80}\.csv")
PICTURE_NAME = re.compile(r"pictures/[A-Za-z0-9][A-Za-z0-9._-]{0,80}\.svg")
PLACES = {".csv": "serials", ".svg": "pictures"}
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")  # what a draft says may be any text, a path too
MOST_FILES = 500
MOST_BYTES = 200 * 1024 * 1024
Files = Mapping[str, Mapping[str, Any]]


def store() -> Store:
    """Return the place that keeps the files of drafts."""
    return FolderStore(settings.KAISHU_DATA_DIR / "drafts")


def keep(files: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    """Store files by their names within the folder; raise FileNameWrong."""
    for name in files:
        if not (LIST_NAME.fullmatch(name) or PICTURE_NAME.fullmatch(name)):
            raise FileNameWrong(file=name[:80])
    return {
        name: {
            "name": store().put(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": len(content),
            "rows": max(content.strip().count(b"\n"), 0) if name.endswith(".csv") else 0,
        }
        for name, content in files.items()
    }


def read(files: Files) -> dict[str, bytes]:
    """Return the stored files by their names within the folder."""
    return {name: store().get(str(kept["name"])) for name, kept in files.items()}


@contextmanager
def materialised(revision: Revision) -> Iterator[Path]:
    """Write a revision as a recall folder; it is gone when the reading ends."""
    with tempfile.TemporaryDirectory(prefix="kaishu-draft-") as place:
        folder = Path(place) / plain_name(revision.draft.slug)
        for name in ("serials", "pictures"):
            (folder / name).mkdir(parents=True)
        (folder / RECALL_FILE).write_text(revision.text, encoding="utf-8")
        for name, content in read(revision.files).items():
            (folder / name).write_bytes(content)
        yield folder


def plain_name(slug: str) -> str:
    """Return a slug as the name of a folder; anything else was typed wrong and names none."""
    return slug if SLUG.fullmatch(slug) else "recall"


def zipped(revision: Revision) -> bytes:
    """Return a revision as a zip of its recall folder."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr(RECALL_FILE, revision.text)
        for name, content in read(revision.files).items():
            folder.writestr(name, content)
    return made.getvalue()


def unpacked(uploads: Mapping[str, bytes]) -> tuple[str, dict[str, bytes]]:
    """Return the recall file's text and the other files of an uploaded folder or zip.

    Only the last part of each name counts, so nothing can be written outside the folder. Raises
    FolderUnreadable.
    """
    if len(uploads) == 1 and next(iter(uploads)).lower().endswith(".zip"):
        uploads = _unzipped(next(iter(uploads.values())))
    text, files = None, {}
    for name, content in uploads.items():
        last = re.split(r"[/\\]", name)[-1]
        suffix = Path(last).suffix.lower()
        if suffix == ".toml":
            text = _decoded(content)
        elif suffix in PLACES and not last.startswith("."):
            files[f"{PLACES[suffix]}/{last}"] = content
    if text is None:
        raise FolderUnreadable(what=RECALL_FILE)
    return text, files


def named(name: str) -> str:
    """Return where an uploaded file stands in the folder; raise FileNameWrong.

    A name that loses letters here (写真.svg) gets a mark of its own, so that two never become one.
    """
    last = re.split(r"[/\\]", name)[-1]
    place = PLACES.get(Path(last).suffix.lower())
    if place is None:
        raise FileNameWrong(file=last[:80])
    stem = Path(last).stem
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-._")[:60] or "file"
    if plain != stem:
        plain += f"-{hashlib.sha256(stem.encode()).hexdigest()[:6]}"
    return f"{place}/{plain}{Path(last).suffix.lower()}"


def _unzipped(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as folder:
            infos = [info for info in folder.infolist() if not info.is_dir()]
            if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > MOST_BYTES:
                raise FolderUnreadable(what="zip")
            return {info.filename: _inflated(folder, info) for info in infos}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise FolderUnreadable(what="zip") from error


def _inflated(folder: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Read a file up to the size that the zip names; one that says less than it holds is cut."""
    with folder.open(info) as file:
        return file.read(info.file_size)


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise FolderUnreadable(what=RECALL_FILE) from None
    if "\0" in text:  # no text, and PostgreSQL keeps none of it
        raise FolderUnreadable(what=RECALL_FILE)
    return text
