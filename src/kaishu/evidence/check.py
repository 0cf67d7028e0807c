"""Check one uploaded file: size, kind, then a safe copy made by a child process.

The parent never decodes. It starts one child a file (`jail.py`), hands it the file as standard
input and takes back a small header and one clean JPEG. Whatever the file does to a decoder, it does
to a process that can reach no file, no network and no other process, and that is gone at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

import PIL

from kaishu.evidence import errors, sniff, wire

PACKAGE = Path(__file__).resolve().parent
# Where the child finds this package and the decoders; it searches nothing else.
PATHS = [str(PACKAGE.parent.parent), str(Path(PIL.__file__).resolve().parent.parent)]
# Decoding is the only thing here that needs much memory: two at a time in one process.
SLOTS = threading.BoundedSemaphore(2)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost."""

    bytes: int = 15 * 1024 * 1024
    pixels: int = 50_000_000
    side: int = 2400  # the safe copy's longest side, in pixels
    pages: int = 5  # of a PDF
    cpu_seconds: int = 5
    wall_seconds: float = 12.0  # a busy machine is not the file's fault
    memory: int = 512 * 1024 * 1024
    answer_bytes: int = 24 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file that was taken. Only `safe_bytes` (a JPEG without metadata) is ever shown.

    A PDF's first pages stand below each other in one picture; `pages` is how many it has in all.
    `width` and `height` are the original picture's, upright. `renamed` tells that the name claimed
    another kind (phones do this), `original_sha256` finds the same photo in two claims.
    """

    kind: str
    width: int
    height: int
    safe_bytes: bytes
    sha256: str
    original_sha256: str
    pages: int
    renamed: bool
    media_type: str = "image/jpeg"


def check_upload(
    source: bytes | Path, *, declared_name: str = "", limits: Limits | None = None
) -> Checked:
    """Return the safe copy of an uploaded file, or raise an `UploadRefused`."""
    limits = limits or Limits()
    with _opened(source) as file:
        kind, renamed = _kind(file, declared_name, limits)
        original = _digest(file)
        with SLOTS:
            answer = _decode(file, kind, limits)
    return Checked(
        kind=kind,
        width=answer.width,
        height=answer.height,
        safe_bytes=answer.picture,
        sha256=hashlib.sha256(answer.picture).hexdigest(),
        original_sha256=original,
        pages=answer.pages,
        renamed=renamed,
    )


def read_codes(source: bytes | Path, *, limits: Limits | None = None) -> tuple[str, ...]:
    """Return the texts of the bar codes in a photo, or raise an `UploadRefused`.

    Read in the same child process as everything untrusted; a PDF is not a photo.
    """
    limits = limits or Limits(bytes=2 * 1024 * 1024, pixels=8_000_000, cpu_seconds=3)
    with _opened(source) as file:
        kind, _ = _kind(file, "", limits)
        if kind == "pdf":
            raise errors.FileTypeNotTaken
        with SLOTS:
            answer = _child(file, kind, limits, task="codes", read=wire.read_codes)
    return _or_refuse(answer, limits).texts


def _opened(source: bytes | Path) -> IO[bytes]:
    """Return the source as a real file, which a child can have as its standard input."""
    if isinstance(source, Path):
        return source.open("rb")
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller's `with` closes it)
    file.write(source)
    file.seek(0)
    return file


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := file.read(1024 * 1024):
        digest.update(block)
    file.seek(0)
    return digest.hexdigest()


def _kind(file: IO[bytes], name: str, limits: Limits) -> tuple[str, bool]:
    size = os.fstat(file.fileno()).st_size
    if size == 0:
        raise errors.FileEmpty
    if size > limits.bytes:
        raise errors.FileTooBig(limit_mb=limits.bytes // (1024 * 1024))
    head = file.read(sniff.HEAD_BYTES)
    file.seek(0)
    found, claimed = sniff.kind_by_content(head), sniff.kind_by_name(name)
    if found is None:
        raise errors.FileMislabelled if claimed else errors.FileTypeNotTaken
    return found, claimed is not None and claimed != found


def _decode(file: IO[bytes], kind: str, limits: Limits) -> wire.Answer:
    """Make the safe copy of a file."""

    def read(output: IO[bytes]) -> wire.Answer | str:
        return wire.read(output, limits.answer_bytes)

    return _or_refuse(_child(file, kind, limits, task="copy", read=read), limits)


def _child(
    file: IO[bytes], kind: str, limits: Limits, *, task: str, read: Callable[[IO[bytes]], T]
) -> T:
    """Run the child to its end, and read its answer as carefully as the file itself."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryDirectory() as empty:
        code = _run(file, output, empty, kind, limits, task)
        if code in (-signal.SIGXCPU, -signal.SIGALRM):
            raise errors.FileTooSlow
        if code != 0:
            raise errors.FileUnreadable  # it crashed the decoder, or wrote too much
        output.seek(0)
        try:
            return read(output)
        except wire.Garbled:
            raise errors.FileUnreadable from None


def _or_refuse(answer: T | str, limits: Limits) -> T:
    if isinstance(answer, str):
        facts = (
            {"limit_mpx": limits.pixels // 1_000_000} if answer == "file_too_many_pixels" else {}
        )
        raise errors.BY_CODE.get(answer, errors.FileUnreadable)(**facts)
    return answer


def _run(
    file: IO[bytes], output: IO[bytes], folder: str, kind: str, limits: Limits, task: str
) -> int:
    order = wire.Order(
        kind=kind,
        pixels=limits.pixels,
        side=limits.side,
        pages=limits.pages,
        cpu_seconds=limits.cpu_seconds,
        memory=limits.memory,
        answer_bytes=limits.answer_bytes,
        task=task,
    )
    # -I -S: no environment, no user site, no start-up files; the child is told its two folders.
    command = [sys.executable, "-I", "-S", str(PACKAGE / "jail.py"), wire.order_text(order), *PATHS]
    os.lseek(file.fileno(), 0, os.SEEK_SET)  # a small file is rewound in the buffer only
    child = subprocess.Popen(  # noqa: S603 (our own program, no shell)
        command,
        stdin=file,
        stdout=output,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={},
        start_new_session=True,
    )
    try:
        _until_ended(child, limits.wall_seconds)
        return child.wait(timeout=0)
    except subprocess.TimeoutExpired:
        return -signal.SIGALRM
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _until_ended(child: subprocess.Popen[bytes], seconds: float) -> None:
    """Return as soon as the child has ended: `wait` with a time limit looks 20 times a second."""
    if not hasattr(os, "pidfd_open"):
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=seconds)
        return
    pidfd = os.pidfd_open(child.pid)
    try:
        waiting = select.poll()
        waiting.register(pidfd, select.POLLIN)
        waiting.poll(1000 * seconds)
    finally:
        os.close(pidfd)
