"""What is wrong with a recall file: where, which code, and a sentence with the next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kaishu.core.sentences import sentence

RECALL_FILE = "recall.toml"
SHOWN_PER_LIST = 200
Facts = Mapping[str, object]
NONE: Facts = {}


class Severity(StrEnum):
    """An error stops publication; a warning is for a person to judge."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding. `file` is relative to the recall folder, `line` counts from 1.

    The words come from core/sentences by `code`; `facts` fill them in. `path` names the key in the
    recall file, for a form that stands in for the file; empty for a row of a list.
    """

    file: str
    line: int
    code: str
    severity: Severity = Severity.ERROR
    facts: Mapping[str, str] = field(default_factory=dict)
    path: tuple[str | int, ...] = ()

    @property
    def message(self) -> str:
        """Return the English sentence and next step."""
        return self.say("en")

    def say(self, language: str) -> str:
        """Return the sentence and its next step in one of the three languages."""
        words = sentence(self.code, language, self.facts)
        space = " " if language == "en" else ""
        return f"{words.text}{space}{words.next}" if words.next else words.text


class Findings:
    """Collects the problems of one recall folder while it is read."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def error(
        self,
        code: str,
        facts: Facts = NONE,
        *,
        line: int,
        file: str = RECALL_FILE,
        path: tuple[str | int, ...] = (),
    ) -> None:
        """Note something that stops publication."""
        self._add(Severity.ERROR, code, facts, line=line, file=file, path=path)

    def warning(
        self,
        code: str,
        facts: Facts = NONE,
        *,
        line: int,
        file: str = RECALL_FILE,
        path: tuple[str | int, ...] = (),
    ) -> None:
        """Note something that a person should look at."""
        self._add(Severity.WARNING, code, facts, line=line, file=file, path=path)

    def has_errors(self) -> bool:
        """Say whether anything so far stops publication."""
        return any(problem.severity is Severity.ERROR for problem in self._problems)

    def in_order(self) -> tuple[Problem, ...]:
        """Return the problems, the recall file first, then the lists, each by line."""
        return tuple(
            sorted(
                self._problems,
                key=lambda found: (found.file != RECALL_FILE, found.file, found.line, found.code),
            )
        )

    def _add(
        self,
        severity: Severity,
        code: str,
        facts: Facts,
        *,
        line: int,
        file: str,
        path: tuple[str | int, ...],
    ) -> None:
        words = {name: str(value) for name, value in facts.items()}
        self._problems.append(
            Problem(file=file, line=line, code=code, severity=severity, facts=words, path=path)
        )
