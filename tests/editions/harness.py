"""The recall folder of docs/reference/recall-file.md, and ways to spoil it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kaishu.editions.recall_file import Loaded, load

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "recall-file.md"


@dataclass(frozen=True)
class Folder:
    """A recall folder on disk whose text a test may change."""

    path: Path

    @property
    def text(self) -> str:
        return (self.path / "recall.toml").read_text(encoding="utf-8")

    def change(self, was: str, now: str) -> Folder:
        """Replace the first occurrence; a test that changes nothing is wrong."""
        assert was in self.text, was
        (self.path / "recall.toml").write_text(self.text.replace(was, now, 1), encoding="utf-8")
        return self

    def add(self, more: str) -> Folder:
        (self.path / "recall.toml").write_text(self.text + more, encoding="utf-8")
        return self

    def serials(self, *rows: str, header: str = "serial", file: str = "L1") -> Folder:
        (self.path / "serials" / f"{file}.csv").write_text("\n".join([header, *rows, ""]))
        return self

    def load(self) -> Loaded:
        return load(self.path)

    def found(self) -> list[tuple[str, int, str]]:
        """Return (file, line, code) of every error."""
        return [(found.file, found.line, found.code) for found in self.load().errors]

    def warned(self) -> list[tuple[str, int, str]]:
        """Return (file, line, code) of every warning but the example's own."""
        return [
            (found.file, found.line, found.code)
            for found in self.load().warnings
            if found.code != "list_count_differs"
        ]

    def line(self, text: str, *, nth: int = 1) -> int:
        """Return the line of the nth line that begins with a text."""
        lines = [
            number
            for number, line in enumerate(self.text.splitlines(), start=1)
            if line.startswith(text)
        ]
        return lines[nth - 1]


def write_example(folder: Path) -> Folder:
    """Write the page's example as a recall folder."""
    page = PAGE.read_text(encoding="utf-8")
    for name in ("serials", "pictures"):
        (folder / name).mkdir(parents=True)
    block: Callable[[str], str] = lambda kind: re.findall(  # noqa: E731 (three uses below)
        rf"^```{kind}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE
    )[0]
    (folder / "recall.toml").write_text(block("toml"), encoding="utf-8")
    (folder / "serials" / "L1.csv").write_text(block("csv"))
    (folder / "pictures" / "lamp.svg").write_text(block("svg"))
    return Folder(folder)
