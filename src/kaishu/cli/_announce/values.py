"""One point of the go / no-go page, and what the rehearsal is asked to look at."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was looked at. `next` is the step that turns a no-go into a go."""

    is_go: bool
    area: str
    what: str
    next: str = ""

    def __str__(self) -> str:
        line = f"{'GO    ' if self.is_go else 'NO GO '} {self.area}: {self.what}"
        return f"{line}\n         {self.next}" if self.next else line

    def as_json(self) -> dict[str, object]:
        """Return it for a machine."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What the machine must bear, and where the rest is found."""

    seconds: int = 20
    rate: int = 500
    site_rate: int = 600
    p99_ms: int = 300
    workers: int = 1
    mail_dns: Path | None = None
    backups: Path | None = None


def go(area: str, what: str) -> Point:
    """Return a point that is as it should be."""
    return Point(True, area, what)


def no_go(area: str, what: str, after: str) -> Point:
    """Return a point that must change first, with the next step."""
    return Point(False, area, what, after)
