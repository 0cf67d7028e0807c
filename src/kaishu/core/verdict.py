"""What a check says of one unit: an answer, the reason code, the facts it rests on, the edition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Answer(StrEnum):
    """The four things a check can say. There is no fifth, and never "already claimed"."""

    AFFECTED = "affected"
    NOT_AFFECTED = "not_affected"
    ASK = "ask"
    NO_SUCH_MODEL = "no_such_model"


@dataclass(frozen=True, slots=True)
class EditionRef:
    """Names one published edition: recall slug, number (from 1) and pack digest (64 hex)."""

    recall: str
    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer with its reason.

    `reason` is a code from core/sentences.toml. `facts` are what the sentence fills in and what
    an auditor needs years later: plain strings, no personal data (model, serial, rule, repaired…).
    """

    answer: Answer
    reason: str
    edition: EditionRef
    facts: Mapping[str, str] = field(default_factory=dict)
