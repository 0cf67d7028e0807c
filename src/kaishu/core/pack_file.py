"""An edition pack as one file that can be mailed: a zip of its folder, refused unless signed.

The file is only a wrapping. What is taken out is what the signed manifest names, so a stranger's
extra file never reaches a disk, and every file is held against its digest when the pack is opened.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

from kaishu.core import signing
from kaishu.core.pack import MANIFEST, Pack, PackCorrupt, PackMissing, load
from kaishu.core.signing import SIGNATURE, PackUnsigned, Trusted

_OWN = (MANIFEST, SIGNATURE)
_LARGEST_OWN = 64 << 20


def wrap(pack: Pack, out: Path) -> None:
    """Write a pack as one file; raise PackUnsigned for one that nobody could check."""
    if not (pack.path / SIGNATURE).is_file():
        raise PackUnsigned(what=pack.ref.digest[:12])
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name in (*_OWN, *sorted(pack.files)):
            file.write(pack.path / name, name)


def open_from(path: Path, scratch: Path, *, trusted: Trusted | None) -> list[Pack]:
    """Open what somebody handed over: a pack's folder, its file, or a folder of either.

    Files are taken out into `scratch`. Raises what `core.pack.load` raises.
    """
    if path.is_file():
        return [load(_unwrap(path, scratch, trusted), trusted=trusted)]
    if (path / MANIFEST).is_file():
        return [load(path, trusted=trusted)]
    inside = sorted(path.iterdir()) if path.is_dir() else []
    found = [each for each in inside if (each / MANIFEST).is_file() or zipfile.is_zipfile(each)]
    if not found:
        raise PackMissing(what=path.name)
    packs = [pack for each in found for pack in open_from(each, scratch, trusted=trusted)]
    newest: dict[str, Pack] = {}
    for pack in sorted(packs, key=lambda pack: pack.ref.number):
        newest[pack.recall.slug] = pack
    return [newest[slug] for slug in sorted(newest)]


def _unwrap(path: Path, scratch: Path, trusted: Trusted | None) -> Path:
    """Take a pack out of its file, once its manifest is known to be signed."""
    try:
        with zipfile.ZipFile(path) as file:
            manifest = _own(file, MANIFEST)
            folder = scratch / hashlib.sha256(manifest).hexdigest()
            folder.mkdir(parents=True, exist_ok=True)
            (folder / MANIFEST).write_bytes(manifest)
            if SIGNATURE in file.namelist():
                (folder / SIGNATURE).write_bytes(_own(file, SIGNATURE))
            if trusted is not None:
                signing.check(folder, folder.name, trusted)
            for name in json.loads(manifest)["files"]:
                _take(file, name, folder)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError) as error:
        raise PackCorrupt(what=path.name) from error
    return folder


def _own(file: zipfile.ZipFile, name: str) -> bytes:
    if file.getinfo(name).file_size > _LARGEST_OWN:
        raise ValueError(name)
    return file.read(name)


def _take(file: zipfile.ZipFile, name: str, folder: Path) -> None:
    target = folder / name
    if not target.resolve().is_relative_to(folder.resolve()):
        raise ValueError(name)
    target.parent.mkdir(exist_ok=True)
    with file.open(name) as source, target.open("wb") as out:
        shutil.copyfileobj(source, out, 1 << 20)
