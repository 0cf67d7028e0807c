"""One line of the error summary."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """The same words as at the field, and the id of the control that they are about."""

    id: str
    text: str
    next: str = ""
