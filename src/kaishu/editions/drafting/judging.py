"""What `recall check` says of a revision; judged once, because a revision never changes."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kaishu.editions import recall_file
from kaishu.editions.drafting.folders import materialised
from kaishu.editions.drafting.models import Revision
from kaishu.editions.drafting.sections import SECTIONS, Path, path_of, section_of
from kaishu.editions.figures import content_digest, count
from kaishu.editions.problems import Problem, Severity
from kaishu.editions.recall_file import Loaded

MOST_KEPT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One problem and the key of the recall file that it stands beside."""

    path: Path
    problem: Problem

    @property
    def section(self) -> str:
        """The section to mend it in."""
        return section_of(self.path)

    @property
    def is_error(self) -> bool:
        """Say whether it stops publication."""
        return self.problem.severity is Severity.ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All that is wrong with a revision, its figures, and the digest of what it says.

    `content` is empty where the recall file could not be read as a recall.
    """

    found: tuple[Found, ...]
    counts: Mapping[str, Any]
    content: str

    @property
    def errors(self) -> tuple[Found, ...]:
        """What stops publication."""
        return tuple(each for each in self.found if each.is_error)

    @property
    def warnings(self) -> tuple[Found, ...]:
        """What a person should look at."""
        return tuple(each for each in self.found if not each.is_error)

    def of(self, section: str) -> tuple[Found, ...]:
        """Return the problems of one section."""
        return tuple(each for each in self.found if each.section == section)

    def to_mend(self) -> Mapping[str, int]:
        """Return how many errors each section has."""
        return {name: sum(1 for each in self.errors if each.section == name) for name in SECTIONS}


def data(revision: Revision) -> dict[str, Any]:
    """Return the tables of a revision's recall file; empty where its text is no TOML."""
    try:
        return tomllib.loads(revision.text)
    except tomllib.TOMLDecodeError:
        return {}


def load(revision: Revision) -> Loaded:
    """Read and check a revision exactly as `kaishu recall check` does."""
    with materialised(revision) as folder:
        return recall_file.load(folder)


_kept: OrderedDict[str, Judgement] = OrderedDict()


def judge(revision: Revision) -> Judgement:
    """Return what is wrong with a revision; what says the same is judged once a process."""
    said = json.dumps([revision.text, revision.files], sort_keys=True)
    key = hashlib.sha256(said.encode()).hexdigest()
    if key not in _kept:
        _kept[key] = _judged(revision)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return _kept[key]


def _judged(revision: Revision) -> Judgement:
    loaded, said = load(revision), data(revision)
    return Judgement(
        found=tuple(
            Found(path=path_of(problem, said), problem=problem) for problem in loaded.problems
        ),
        counts=count(loaded),
        content=content_digest(loaded) if loaded.recall is not None else "",
    )
