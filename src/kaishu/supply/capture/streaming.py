"""Read a document of any size: its frame first, then its events one by one, in little memory.

A document is read twice. `survey` walks through all of it and keeps nothing, so that a file which
breaks off is refused before one event is kept, and @context is known wherever it stands.
"""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from kaishu.core.errors import Refusal
from kaishu.supply.capture import errors, reading

BLOCK = 1 << 20
LONGEST = 16 << 20  # characters of one event, or of one member of the frame
_PLAIN = json.JSONDecoder()
_BLANK = " \t\r\n"
_ON_THE_WAY = ("epcisBody", "queryResults", "resultsBody")
Heard = Callable[[int], None]  # how many bytes were read


@dataclass(frozen=True, slots=True)
class Survey:
    """What a whole file is: its members but for the events, where those stand, how many."""

    frame: dict[str, Any]
    place: str
    events: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Streamed:
    """One event, or why it cannot be read; and the line that it begins in."""

    line: int
    event: Any = None
    refusal: Refusal | None = None


def survey(path: Path, heard: Heard) -> Survey:
    """Read a file to its end. Raises NotJson, TooDeep, EventTooLong, KeyTwice of its frame."""
    with path.open("rb") as file:
        walk = _Walk(file, _PLAIN, heard)
        count = sum(1 for _ in walk.events())
        return Survey(walk.frame, walk.place, count, walk.sha256.hexdigest())


def stream(path: Path) -> Iterator[Streamed]:
    """Yield the events of a file that was surveyed."""
    with path.open("rb") as file:
        yield from _Walk(file, reading.DECODER, lambda _bytes: None).events()


def is_json(path: Path) -> bool:
    """Say whether a file begins as JSON does."""
    with path.open("rb") as file:
        head = file.read(64)
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


class _Walk:
    """One walk through a file; `text` is a window that moves on, `at` a place in it."""

    def __init__(self, file: IO[bytes], decoder: json.JSONDecoder, heard: Heard) -> None:
        self.frame: dict[str, Any] = {}
        self.place = ""
        self.sha256 = hashlib.sha256()
        self._file, self._decoder, self._heard = file, decoder, heard
        self._characters = codecs.getincrementaldecoder("utf-8-sig")()
        self._text, self._at, self._ended = "", 0, False
        self._line, self._counted, self._bytes = 1, 0, 0

    def events(self) -> Iterator[Streamed]:
        if self._next() == "[":
            return  # a list is JSON, and no document: its frame stays empty
        yield from self._members(self.frame, "", 0)
        if self._next():
            raise self._broken()

    def _members(self, into: dict[str, Any], place: str, level: int) -> Iterator[Streamed]:
        """Walk through an object that may hold the events, deeper down; keep all else."""
        if self._next() != "{":
            raise self._broken()
        self._at += 1
        if self._next() == "}":
            self._at += 1
            return
        while True:
            name = self._value(_PLAIN)
            if not isinstance(name, str) or self._take() != ":":
                raise self._broken()
            if name in into:
                raise errors.KeyTwice(name=name[:80])
            inside = f"{place}/{name}"
            opens = self._next()
            if opens == "{" and level < 3 and name == _ON_THE_WAY[level]:
                inner = into[name] = {}
                yield from self._members(inner, inside, level + 1)
            elif opens == "[" and level in (1, 3) and name == "eventList":
                into[name], self.place = [], inside
                yield from self._list()
            else:
                into[name] = self._value(reading.DECODER)
            if (sign := self._take()) == "}":
                return
            if sign != "," or self._next() != '"':
                raise self._broken()

    def _list(self) -> Iterator[Streamed]:
        self._at += 1
        if self._next() == "]":
            self._at += 1
            return
        while True:
            self._next()
            line = self._here()
            try:
                yield Streamed(line, self._value(self._decoder))
            except errors.NotJson:
                raise
            except Refusal as refusal:  # what only our decoder refuses is wrong with one event
                self._value(_PLAIN)
                yield Streamed(line, refusal=refusal)
            if (sign := self._take()) == "]":
                return
            if sign != ",":
                raise self._broken()

    def _value(self, decoder: json.JSONDecoder) -> Any:
        """Return the value that begins here. One that the window cuts is read once it is whole."""
        self._next()
        while True:
            try:
                value, end = decoder.raw_decode(self._text, self._at)
            except (json.JSONDecodeError, errors.NotJson):
                end = len(self._text)
            except RecursionError:
                raise errors.TooDeep(most=reading.DEEPEST) from None
            if end < len(self._text):
                self._at = end
                return value
            if self._ended:
                raise self._broken()
            if len(self._text) - self._at > LONGEST:
                raise errors.EventTooLong(line=self._here(), most=LONGEST >> 20)
            self._more()

    def _next(self) -> str:
        """Return the next sign that is no blank, "" at the end; it stays where it is."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _BLANK:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._more()

    def _take(self) -> str:
        sign = self._next()
        self._at += len(sign)
        return sign

    def _more(self) -> None:
        """Move the window on: what was read goes, and as much again comes."""
        self._here()
        rest = self._text[self._at :]
        raw = self._file.read(max(BLOCK, len(rest)))
        self.sha256.update(raw)
        self._bytes += len(raw)
        self._heard(self._bytes)
        self._ended = not raw
        try:
            self._text = rest + self._characters.decode(raw, final=self._ended)
        except UnicodeDecodeError:
            raise errors.NotJson(line=self._line) from None
        self._at = self._counted = 0

    def _here(self) -> int:
        """Return the line of this place."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _broken(self) -> Refusal:
        return errors.NotJson(line=self._here())
