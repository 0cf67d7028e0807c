"""The project's own source, read and parsed once for every architecture test."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "kaishu"


@dataclass(frozen=True)
class Module:
    """One Python file: its path from the root and its text; its syntax tree where one is asked."""

    where: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Parse it, once."""
        return ast.parse(self.text)

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Yield every function and method, nested ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def imports(self) -> Iterator[str]:
        """Yield the dotted name of everything it imports."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


@lru_cache
def modules(under: str = "src/kaishu") -> tuple[Module, ...]:
    """Return every Python file below a folder of the project, migrations left out."""
    return tuple(
        Module(str(path.relative_to(ROOT)), path.read_text("utf-8"))
        for path in sorted((ROOT / under).rglob("*.py"))
        if "migrations" not in path.parts
    )


@lru_cache
def tracked_files() -> tuple[Path, ...]:
    """Return every file that git keeps."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return tuple(
        path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()
    )
