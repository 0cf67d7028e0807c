"""Which line of a TOML file each key stands on; the standard parser does not say.

Only text that `tomllib` has accepted comes here, so the grammar is followed without error handling.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)+")
_SPACES = re.compile(r"[ \t]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\]|\\.)*"'
    r"|'[^']*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}\n#]+")
_KEY = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|[A-Za-z0-9_-]+")


class Positions:
    """Line numbers (from 1) by key path, such as `("products", 0, "variants", 2, "jan")`."""

    def __init__(self, source: str) -> None:
        self._lines: dict[Path, int] = {}
        self._tables: dict[Path, int] = {}
        self._source = source
        self._at = 0
        self._line = 1
        self._scan()

    def line(self, path: Path) -> int:
        """Return the line of a key, or of the nearest table around it; 1 for the file itself."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[:-1]
        return 1

    def _scan(self) -> None:
        table: Path = ()
        self._take(_BLANK)
        while self._at < len(self._source):
            if self._source[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._take(_BLANK)

    def _header(self) -> Path:
        array = self._source.startswith("[[", self._at)
        self._at += 2 if array else 1
        path: Path = ()
        names = self._key()
        for position, name in enumerate(names):
            path += (name,)
            last = position == len(names) - 1
            if last and array:
                self._tables[path] = self._tables.get(path, 0) + 1
            if path in self._tables:
                self._note(path)
                path += (self._tables[path] - 1,)
            self._note(path)
        self._at += 2 if array else 1
        return path

    def _pair(self, table: Path) -> None:
        path = table
        for name in self._key():
            path += (name,)
            self._note(path)
        self._at += 1  # the equals sign
        self._value(path)

    def _value(self, path: Path) -> None:
        self._take(_SPACES)
        opening = self._source[self._at]
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline(path)
        else:
            self._take(_STRING) or self._take(_SCALAR)

    def _array(self, path: Path) -> None:
        self._at += 1
        self._take(_BLANK)
        number = 0
        while self._source[self._at] != "]":
            self._note((*path, number))
            self._value((*path, number))
            number += 1
            self._take(_BLANK)
            if self._source[self._at] == ",":
                self._at += 1
                self._take(_BLANK)
        self._at += 1

    def _inline(self, path: Path) -> None:
        self._at += 1
        self._take(_BLANK)
        while self._source[self._at] != "}":
            self._pair(path)
            self._take(_BLANK)
            if self._source[self._at] == ",":
                self._at += 1
                self._take(_BLANK)
        self._at += 1

    def _key(self) -> list[str]:
        names = []
        while True:
            self._take(_SPACES)
            names.append(self._take(_KEY).strip("\"'"))
            self._take(_SPACES)
            if self._source[self._at] != ".":
                return names
            self._at += 1

    def _note(self, path: Path) -> None:
        self._lines.setdefault(path, self._line)

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._source, self._at)
        if match is None:
            return ""
        self._at = match.end()
        self._line += match.group().count("\n")
        return match.group()
