"""An edition pack: everything needed to answer, in one immutable folder named by its digest.

    <folder>/<digest>/manifest.json     the recall, its number, when published, every file's digest
    <folder>/<digest>/listed.index      the serial lists (`core.index`)
    <folder>/<digest>/pictures/<name>
    <folder>/<digest>/signature.json    who published it (`core.signing`)
    <folder>/current/<slug>.json        which edition answers now

The digest is the SHA-256 of the manifest, and the manifest names the SHA-256 of every file. A pack
is written beside its place and renamed into it; the pointer is replaced in one step.

Whoever made a pack trusts its own disk: blocks of the index are checked by CRC as they are touched.
Whoever got it from elsewhere names the keys that it trusts: then the signature and the SHA-256 of
every file are checked before the first answer.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from kaishu.core import signing
from kaishu.core.canonical import canonical
from kaishu.core.coding import Keys, as_keys
from kaishu.core.decoding import Undecodable, decode
from kaishu.core.errors import Refusal
from kaishu.core.index import Index, Listing, build
from kaishu.core.index_build import Chunk
from kaishu.core.recall import Recall, RuleKind
from kaishu.core.scope import Scope
from kaishu.core.signing import Signer, Trusted
from kaishu.core.verdict import EditionRef

FORMAT = 1
MANIFEST = "manifest.json"
INDEX = "listed.index"
PICTURES = "pictures"
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
_PICTURE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class PackMissing(Refusal):
    """There is no published edition of this recall here."""

    code = "pack_missing"


class PackCorrupt(Refusal):
    """The edition pack is damaged and may not answer."""

    code = "pack_corrupt"


class PackUnfit(Refusal):
    """The recall cannot be published: a part that every answer needs is not there."""

    code = "pack_unfit"


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """One open edition. `scopes` has the rules of each product, ready to be asked."""

    ref: EditionRef
    recall: Recall
    published_at: datetime
    path: Path
    scopes: Mapping[str, Scope]
    listed: Mapping[int, int]
    files: Mapping[str, str]
    index: Index

    def picture(self, name: str) -> Path:
        """Return where a picture of this edition lies; raise PackMissing for any other name."""
        if f"{PICTURES}/{name}" not in self.files:
            raise PackMissing(what=name)
        return self.path / PICTURES / name


def write(
    folder: Path,
    recall: Recall,
    number: int,
    lists: Mapping[str, Iterable[bytes] | Keys],
    pictures: Mapping[str, bytes],
    *,
    published_at: datetime,
    sign: Signer | None = None,
) -> EditionRef:
    """Write an edition pack and return its name; an equal pack that is already there stays.

    `sign` signs it, also one that was there unsigned. `lists` has the serials in normal form for
    each list file that a rule names. Raises PackUnfit, and ListedSerialWrong for a serial that its
    format cannot have written.
    """
    _refuse_unfit(recall, lists, pictures)
    built = build(_listings(recall, lists))
    contents: dict[str, Sequence[Chunk]] = {INDEX: built.chunks}
    contents |= {f"{PICTURES}/{name}": [content] for name, content in pictures.items()}
    manifest = canonical(
        {
            "format": FORMAT,
            "number": number,
            "published_at": published_at,
            "recall": recall,
            "listed": {str(rule): count for rule, count in built.counts.items()},
            "files": {name: _sha256(each) for name, each in contents.items()},
        }
    )
    digest = hashlib.sha256(manifest).hexdigest()
    if not (folder / digest).exists():
        if sign is not None:
            contents[signing.SIGNATURE] = [signing.file_of(signing.signed(digest, [sign]))]
        _place(folder, digest, {MANIFEST: [manifest], **contents})
    elif sign is not None:
        signing.add(folder / digest, sign)
    return EditionRef(recall.slug, number, digest)


def load(path: Path, *, trusted: Trusted | None = None) -> Pack:
    """Open the pack in this folder; raise PackMissing, PackCorrupt or IndexCorrupt.

    Checked here: the manifest against the folder's name and the index's header. The index checks
    each of its blocks as it is touched; `verify` reads everything. With `trusted` keys one of them
    must have signed the pack, whatever its folder is called, and every file is read here: raises
    PackUnsigned, PackKeyUnknown or PackForged.
    """
    try:
        raw = (path / MANIFEST).read_bytes()
    except FileNotFoundError:
        raise PackMissing(what=path.name) from None
    digest = hashlib.sha256(raw).hexdigest()
    if trusted is not None:
        signing.check(path, digest, trusted)
    elif digest != path.name:
        raise PackCorrupt(what=MANIFEST)
    manifest = json.loads(raw)
    if manifest["format"] != FORMAT:
        raise PackCorrupt(what=f"format {manifest['format']}")
    if trusted is not None:
        _refuse_changed(path, manifest["files"])
    try:
        recall = decode(Recall, manifest["recall"])
        index = Index(path / INDEX, whole=trusted is not None)
    except Undecodable as error:
        raise PackCorrupt(what=str(error)) from error
    except FileNotFoundError:
        raise PackCorrupt(what=INDEX) from None
    finds = {rule: index.section(rule).find for rule in index.rules}
    return Pack(
        ref=EditionRef(recall.slug, manifest["number"], digest),
        recall=recall,
        published_at=datetime.fromisoformat(manifest["published_at"]),
        path=path,
        scopes={each.model: Scope(recall, each.model, finds) for each in recall.products},
        listed={int(rule): count for rule, count in manifest["listed"].items()},
        files=manifest["files"],
        index=index,
    )


def verify(pack: Pack) -> None:
    """Read every file of a pack; raise PackCorrupt or IndexCorrupt unless all is as written."""
    _refuse_changed(pack.path, pack.files)
    pack.index.check()


def swap(folder: Path, slug: str, ref: EditionRef) -> None:
    """Let this edition answer from now on; readers see the old one or this one, never neither."""
    pointer = _pointer(folder, slug)
    if not (folder / ref.digest / MANIFEST).is_file():
        raise PackMissing(what=ref.digest)
    pointer.parent.mkdir(parents=True, exist_ok=True)
    aside = pointer.with_name(f".{slug}.{secrets.token_hex(8)}")
    pointed = {"slug": ref.recall, "number": ref.number, "digest": ref.digest}
    _write_file(aside, [canonical(pointed)])
    aside.replace(pointer)
    _sync_folder(pointer.parent)


_open_packs: dict[tuple[Path, Trusted | None], Pack] = {}
_pointers: dict[tuple[Path, Trusted | None], tuple[tuple[int, int, int], Pack]] = {}


def current(folder: Path, slug: str, *, trusted: Trusted | None = None) -> Pack:
    """Return the edition that answers now; raise PackMissing where nothing is published.

    Costs one stat while nothing changes. An edition is opened once a process; `trusted` is what
    `load` makes of it.
    """
    pointer = _pointer(folder, slug)
    try:
        seen = pointer.stat()
    except FileNotFoundError:
        raise PackMissing(what=slug) from None
    mark = (seen.st_mtime_ns, seen.st_ino, seen.st_size)
    known = _pointers.get((pointer, trusted))
    if known is not None and known[0] == mark:
        return known[1]
    said: dict[str, Any] = json.loads(pointer.read_bytes())
    pack = open_pack(folder, said["digest"], trusted=trusted)
    _pointers[pointer, trusted] = (mark, pack)
    return pack


def open_pack(folder: Path, digest: str, *, trusted: Trusted | None = None) -> Pack:
    """Return the edition of this digest, opened once a process; old editions stay answerable."""
    if not _DIGEST.fullmatch(digest):
        raise PackMissing(what=digest)
    path = folder / digest
    if (pack := _open_packs.get((path, trusted))) is None:
        pack = load(path, trusted=trusted)
        if pack.ref.digest != digest:  # a genuine pack in another's place
            raise PackCorrupt(what=MANIFEST)
        _open_packs[path, trusted] = pack
    return pack


def all_current(folder: Path, *, trusted: Trusted | None = None) -> list[Pack]:
    """Return the edition of every recall that answers now, by slug."""
    slugs = sorted(pointer.stem for pointer in (folder / "current").glob("*.json"))
    return [current(folder, slug, trusted=trusted) for slug in slugs]


def _refuse_changed(path: Path, files: Mapping[str, str]) -> None:
    """Read every file of a pack and hold it against the manifest."""
    for name, digest in files.items():
        try:
            with (path / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            found = ""
        if found != digest:
            raise PackCorrupt(what=name)


def _pointer(folder: Path, slug: str) -> Path:
    if not _SLUG.fullmatch(slug):
        raise PackMissing(what=slug)
    return folder / "current" / f"{slug}.json"


def _refuse_unfit(
    recall: Recall, lists: Mapping[str, object], pictures: Mapping[str, object]
) -> None:
    """Refuse what would make an answer wrong or a page broken later."""
    models = {product.model for product in recall.products}
    formats = {form.code for form in recall.formats}
    numbers = [rule.no for rule in recall.rules]
    missing = [
        *(f"rule for {model}" for model in models - {rule.product for rule in recall.rules}),
        *(f"product {rule.product}" for rule in recall.rules if rule.product not in models),
        *(f"format {p.serial_format}" for p in recall.products if p.serial_format not in formats),
        *(
            f"list {rule.file}"
            for rule in recall.rules
            if rule.kind is RuleKind.LIST and rule.file not in lists
        ),
        *(f"picture name {name}" for name in pictures if not _PICTURE.fullmatch(name)),
        *(() if _SLUG.fullmatch(recall.slug) else (f"slug {recall.slug}",)),
        *(() if sorted(set(numbers)) == sorted(numbers) else ("rule numbers",)),
    ]
    if missing:
        raise PackUnfit(recall=recall.slug, what=", ".join(sorted(missing)))


def _listings(recall: Recall, lists: Mapping[str, Iterable[bytes] | Keys]) -> list[Listing]:
    kept = {file: as_keys(serials) for file, serials in lists.items()}
    listings = []
    for rule in recall.rules:
        product = recall.product(rule.product)
        if rule.kind is RuleKind.LIST and product is not None:
            form = recall.serial_format(product)
            listings.append(
                Listing(
                    rule=rule.no,
                    alphabet=form.alphabet,
                    lengths=form.lengths,
                    serials=kept[rule.file],
                )
            )
    return listings


def _place(folder: Path, digest: str, contents: Mapping[str, Sequence[Chunk]]) -> None:
    """Write all files beside their place, then give the folder its name in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{digest[:16]}.{secrets.token_hex(8)}"
    (aside / PICTURES).mkdir(parents=True)
    try:
        for name, content in contents.items():
            _write_file(aside / name, content)
        for each in (aside / PICTURES, aside):
            _sync_folder(each)
        try:
            aside.rename(folder / digest)
        except OSError:
            if not (folder / digest / MANIFEST).is_file():  # else another writer was first
                raise
        _sync_folder(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _sha256(content: Sequence[Chunk]) -> str:
    digest = hashlib.sha256()
    for chunk in content:
        digest.update(chunk)
    return digest.hexdigest()


def _write_file(path: Path, content: Sequence[Chunk]) -> None:
    with path.open("wb") as file:
        for chunk in content:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
