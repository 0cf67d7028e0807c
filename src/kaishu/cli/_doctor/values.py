"""One thing that is wrong, or will be."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """One finding: a stable code, where, what is wrong there, what to do. Nothing personal."""

    is_error: bool
    code: str
    where: str
    what: str
    next: str = ""

    def __str__(self) -> str:
        word = "WRONG  " if self.is_error else "warning"
        line = f"{word}  [{self.code}] {self.where}: {self.what}"
        return f"{line}\n         {self.next}" if self.next else line

    def as_json(self) -> dict[str, object]:
        """Return it for a machine."""
        said = asdict(self)
        return {"severity": "error" if said.pop("is_error") else "warning", **said}


def error(code: str, where: str, what: str, after: str = "") -> Trouble:
    """Return what is wrong now."""
    return Trouble(True, code, where, what, after)


def warning(code: str, where: str, what: str, after: str = "") -> Trouble:
    """Return what will be wrong, or may be."""
    return Trouble(False, code, where, what, after)
