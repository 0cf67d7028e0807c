"""The editions that answer now, and the thread that follows what is published.

A shelf never changes: a request takes one and answers from it to its end. The follower reads a new
edition whole before it makes a new shelf, so a damaged one never answers, nor one that no trusted
key signed, where keys are given: the old stays, and the health page says so.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kaishu.core import pack as packs
from kaishu.core.errors import Refusal
from kaishu.core.pack import Pack
from kaishu.core.signing import Trusted

Mark = tuple[int, int, int]  # of a pointer file: time, inode, size
DAMAGE = (Refusal, OSError, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every current edition by slug, newest announcement first; `damaged` names what cannot be."""

    packs: Mapping[str, Pack] = field(default_factory=dict)
    damaged: Mapping[str, str] = field(default_factory=dict)

    @property
    def running(self) -> tuple[Pack, ...]:
        """Return the editions in the order in which pages list recalls."""
        return tuple(self.packs.values())


class Follower:
    """Looks at the pointers and keeps the newest whole shelf; `changed` hears of each new one."""

    def __init__(
        self, folder: Path, changed: Callable[[Shelf], None], *, trusted: Trusted | None = None
    ) -> None:
        self._folder = folder
        self._changed = changed
        self._trusted = trusted
        self._marks: dict[str, Mark] = {}
        self.shelf = Shelf()
        self._stop = threading.Event()

    def look(self) -> None:
        """Compare every pointer with what was seen last; open what is new."""
        marks = self._pointers()
        if marks == self._marks:
            return
        found: dict[str, Pack] = {}
        damaged: dict[str, str] = {}
        for slug, mark in marks.items():
            kept = self.shelf.packs.get(slug)
            if mark == self._marks.get(slug) and slug not in self.shelf.damaged and kept:
                found[slug] = kept
                continue
            try:
                found[slug] = self._open(slug, kept)
            except DAMAGE as error:
                damaged[slug] = str(getattr(error, "code", type(error).__name__))
                if (old := kept or self._intact(slug)) is not None:
                    found[slug] = old
        ordered = sorted(found, key=lambda slug: (found[slug].recall.announced, slug), reverse=True)
        self._marks = marks
        self.shelf = Shelf({slug: found[slug] for slug in ordered}, damaged)
        self._changed(self.shelf)

    def follow(self, seconds: float) -> None:
        """Look again and again, in a thread that ends with the process."""

        def run() -> None:
            while not self._stop.wait(seconds):
                self.look()

        threading.Thread(target=run, name="editions", daemon=True).start()

    def stop(self) -> None:
        """End the thread after its present look."""
        self._stop.set()

    def _pointers(self) -> dict[str, Mark]:
        marks: dict[str, Mark] = {}
        for pointer in (self._folder / "current").glob("*.json"):
            try:
                seen = pointer.stat()
            except FileNotFoundError:  # replaced this very moment
                continue
            marks[pointer.stem] = (seen.st_mtime_ns, seen.st_ino, seen.st_size)
        return marks

    def _open(self, slug: str, kept: Pack | None) -> Pack:
        """Open the edition that a pointer names and read all of it."""
        said = json.loads((self._folder / "current" / f"{slug}.json").read_bytes())
        if kept is not None and kept.ref.digest == said["digest"]:
            return kept
        return _whole(self._folder / str(said["digest"]), slug, self._trusted)

    def _intact(self, slug: str) -> Pack | None:
        """Return the newest whole edition of a recall on the disk, after a start over a bad one."""
        best: Pack | None = None
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            try:
                found = _whole(folder, slug, self._trusted)
            except DAMAGE:
                continue
            if best is None or found.ref.number > best.ref.number:
                best = found
        return best


def _whole(folder: Path, slug: str, trusted: Trusted | None) -> Pack:
    """Open an edition and read every file; raise one of DAMAGE unless it is whole and vouched."""
    found = packs.load(folder, trusted=trusted)
    if found.recall.slug != slug or found.ref.digest != folder.name:
        raise packs.PackCorrupt(what=slug)
    packs.verify(found)
    return found
