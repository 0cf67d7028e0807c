"""A copy as a folder: files with two digests each, a list of them, and a manifest written last.

    backup-20261122T020000Z/
        manifest.json    what this is; its presence says that the copy is whole
        members.jsonl    one line a file: name, digest of the content, digest on the disk, bytes
        database…        and data/…, evidence/…, each ending in .age where it is encrypted

It is written under another name and renamed at the end: a copy that was cut off never looks like
one, and the next run takes over what it had. Files that never change are linked from the copy
before, so that a copy every few minutes costs only what is new; each copy is whole by itself.
Encryption: age (age-encryption.org/v1), to public recipients; the key to open it stays elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

import pyrage

from kaishu.base.keeping.errors import (
    ArchiveDamaged,
    ArchiveLocked,
    ArchiveMissing,
    ArchiveNewer,
    ArchiveOtherKind,
    ArchiveThere,
    BadRecipient,
)
from kaishu.base.keeping.values import Advance, Manifest, Member, silent

FORMAT = 1
MANIFEST = "manifest.json"
MEMBERS = "members.jsonl"
WORDS = "recipients.json"  # of a copy under way
AGE = ".age"
CHUNK = 1024 * 1024


def recipients_of(words: Sequence[str]) -> list[Any]:
    """Read age or SSH recipients; raise BadRecipient, naming the first that is none."""
    return [_key(word, pyrage.x25519.Recipient, pyrage.ssh.Recipient) for word in words]


def identities_of(text: str) -> list[Any]:
    """Read the identities of an age key file (or one SSH key); raise BadRecipient."""
    if text.startswith("-----BEGIN"):
        return [pyrage.ssh.Identity.from_buffer(text.encode())]
    lines = [line.strip() for line in text.splitlines()]
    return [
        _key(line, pyrage.x25519.Identity) for line in lines if line and not line.startswith("#")
    ]


def _key(word: str, *kinds: Any) -> Any:
    for kind in kinds:
        try:
            return kind.from_str(word)
        except (pyrage.RecipientError, pyrage.IdentityError):
            continue
    shown = "AGE-SECRET-KEY-…" if word.upper().startswith("AGE-SECRET-KEY-") else word[:20]
    raise BadRecipient(word=shown)


@dataclass(slots=True)
class Hashed:
    """A file that digests what passes through it, either way."""

    file: IO[bytes]
    digest: Any = field(default_factory=hashlib.sha256)
    size: int = 0

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        return self._seen(self.file.read(size))

    def write(self, data: bytes) -> int:
        """Write on."""
        self.file.write(self._seen(data))
        return len(data)

    def flush(self) -> None:
        """Pass it on."""
        self.file.flush()

    def _seen(self, data: bytes) -> bytes:
        self.digest.update(data)
        self.size += len(data)
        return data


class Writer:
    """Writes one copy. Members are added in any order; `finish` makes it a copy.

    Where the block ends without it, what was written stays for the next run to take over.
    """

    def __init__(self, folder: Path, recipients: Sequence[str]) -> None:
        if folder.exists():
            raise ArchiveThere(folder=folder.name)
        self.folder, self.words = folder, list(recipients)
        self.recipients = recipients_of(recipients)
        self.part = folder.parent / f".part-{os.getpid()}-{secrets.token_hex(4)}"
        self.before = _copies_before(folder.parent, self.words)
        self.part.mkdir(parents=True, mode=0o700)
        (self.part / WORDS).write_text(json.dumps(self.words))
        self.journal = (self.part / MEMBERS).open("w", encoding="utf-8")
        self.members: dict[str, Member] = {}

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.journal.close()

    def add(self, name: str, source: IO[bytes]) -> Member:
        """Copy one file in, encrypted where recipients are named."""
        place = self._place(name)
        with place.open("xb") as target:
            read, written = Hashed(source), Hashed(target)
            if self.recipients:
                pyrage.encrypt_io(read, written, self.recipients)
            else:
                _copy(read, written)
        stored = written.digest.hexdigest()
        return self._keep(Member(name, read.digest.hexdigest(), stored, written.size))

    def reuse(self, name: str) -> bool:
        """Link a file that never changes from an earlier copy; False where none has it whole."""
        for folder, members in self.before:
            member = members.get(name)
            old = folder / self._stored(name)
            if member is None or not _is_as_written(old, member):
                continue
            place = self._place(name)
            try:
                place.hardlink_to(old)
            except OSError:
                shutil.copyfile(old, place)
            self._keep(member)
            return True
        return False

    def finish(self, **facts: Any) -> Manifest:
        """Write the manifest, make everything durable and give the copy its name."""
        self.journal.close()
        (self.part / WORDS).unlink()
        manifest = Manifest(
            format=FORMAT,
            recipients=self.words,
            members=len(self.members),
            members_sha256=hashlib.sha256((self.part / MEMBERS).read_bytes()).hexdigest(),
            bytes=sum(member.stored_bytes for member in self.members.values()),
            **facts,
        )
        with (self.part / MANIFEST).open("w", encoding="utf-8") as file:
            json.dump(asdict(manifest), file, ensure_ascii=False, indent=1, sort_keys=True)
        os.sync()  # once for all of it: one call a file would take minutes for a million
        self.part.rename(self.folder)
        _sync_folder(self.folder.parent)
        for left in self.folder.parent.glob(".part-*"):
            if not _is_running(left):
                shutil.rmtree(left, ignore_errors=True)
        return manifest

    def _stored(self, name: str) -> str:
        return f"{name}{AGE}" if self.words else name

    def _place(self, name: str) -> Path:
        place = self.part / self._stored(name)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return place

    def _keep(self, member: Member) -> Member:
        self.members[member.name] = member
        self.journal.write(json.dumps(asdict(member), ensure_ascii=False) + "\n")
        self.journal.flush()
        return member


@dataclass(frozen=True, slots=True)
class Archive:
    """A finished copy that can be read."""

    folder: Path
    manifest: Manifest
    members: Mapping[str, Member]
    identities: Sequence[Any] = ()

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Give the content of one file, checked against its digest; raises ArchiveDamaged."""
        member = self.members.get(name)
        if member is None:
            raise ArchiveDamaged(file=name)
        with tempfile.TemporaryFile() as file:
            written = Hashed(file)
            self._copy(member, written)
            if written.digest.hexdigest() != member.sha256:
                raise ArchiveDamaged(file=name)
            file.seek(0)
            yield file

    def verify(self, advance: Advance = silent) -> Iterator[str]:
        """Yield the name of each file that is missing or changed; opens them where it can."""
        for number, member in enumerate(self.members.values(), 1):
            if not self._is_whole(member):
                yield member.name
            advance("files", number, len(self.members))

    def _is_whole(self, member: Member) -> bool:
        opens = bool(self.identities) or not self.manifest.recipients
        try:
            with self._stored(member).open("rb") as file:
                stored = hashlib.file_digest(file, "sha256").hexdigest()
            if stored != member.stored_sha256:
                return False
            if opens and self.manifest.recipients:
                with self.open(member.name):
                    pass
        except (OSError, ArchiveDamaged):
            return False
        return True

    def _copy(self, member: Member, target: Hashed) -> None:
        try:
            with self._stored(member).open("rb") as source:
                if self.manifest.recipients:
                    pyrage.decrypt_io(source, target, list(self.identities))
                else:
                    _copy(Hashed(source), target)
        except pyrage.DecryptError:
            raise ArchiveLocked(folder=self.folder.name) from None
        except OSError:
            raise ArchiveDamaged(file=member.name) from None

    def _stored(self, member: Member) -> Path:
        return self.folder / (f"{member.name}{AGE}" if self.manifest.recipients else member.name)


def open_archive(folder: Path, *, kind: str, identities: Sequence[Any] = ()) -> Archive:
    """Open a finished copy. Raises ArchiveMissing, ArchiveNewer, ArchiveOtherKind or Damaged."""
    try:
        said = json.loads((folder / MANIFEST).read_text("utf-8"))
        if said["format"] > FORMAT:
            raise ArchiveNewer(version=said["version"])
        manifest = Manifest(**said)
    except (FileNotFoundError, NotADirectoryError):
        raise ArchiveMissing(folder=folder.name) from None
    except (ValueError, KeyError, TypeError):
        raise ArchiveDamaged(file=MANIFEST) from None
    if manifest.kind != kind:
        raise ArchiveOtherKind(kind=manifest.kind)
    try:
        raw = (folder / MEMBERS).read_bytes()
    except FileNotFoundError:
        raise ArchiveDamaged(file=MEMBERS) from None
    if hashlib.sha256(raw).hexdigest() != manifest.members_sha256:
        raise ArchiveDamaged(file=MEMBERS)
    members = _members(raw.decode())
    if manifest.recipients and identities:
        _refuse_locked(Archive(folder, manifest, members, identities))
    return Archive(folder, manifest, members, identities)


def _refuse_locked(archive: Archive) -> None:
    smallest = min(archive.members.values(), key=lambda member: member.stored_bytes)
    with archive.open(smallest.name):
        pass


def _members(text: str) -> dict[str, Member]:
    found = (Member(**json.loads(line)) for line in text.splitlines())
    return {member.name: member for member in found}


def _copies_before(folder: Path, words: list[str]) -> list[tuple[Path, dict[str, Member]]]:
    """Return the newest copy here and those that were cut off, if the same people open them."""
    found = []
    whole = sorted(folder.glob(f"*/{MANIFEST}"), key=lambda path: path.stat().st_mtime)[-1:]
    for place in whole:
        if json.loads(place.read_text("utf-8")).get("recipients") == words:
            found.append(place.parent)
    for part in folder.glob(".part-*"):
        said = part / WORDS
        if not _is_running(part) and said.is_file() and json.loads(said.read_text()) == words:
            found.append(part)
    return [(place, _read_journal(place / MEMBERS)) for place in found]


def _read_journal(path: Path) -> dict[str, Member]:
    """Read a list of files whose last line may have been cut off."""
    lines = path.read_text("utf-8").splitlines(keepends=True) if path.is_file() else []
    return _members("".join(line for line in lines if line.endswith("\n")))


def _is_as_written(old: Path, member: Member) -> bool:
    """Say whether a file of an earlier copy is whole; one that was cut off is read for that."""
    if not old.is_file() or old.stat().st_size != member.stored_bytes:
        return False
    if not any(part.startswith(".part-") for part in old.parts):
        return True
    with old.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == member.stored_sha256


def _copy(source: Hashed, target: Hashed) -> None:
    while data := source.read(CHUNK):
        target.write(data)


def _is_running(part: Path) -> bool:
    """Say whether the process that writes this half is still there."""
    number = part.name.split("-")[1]
    return number.isdigit() and int(number) != os.getpid() and Path(f"/proc/{number}").exists()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
