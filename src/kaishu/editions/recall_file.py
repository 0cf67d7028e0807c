"""Load a recall folder: `recall.toml`, its serial lists and its pictures, with every problem.

docs/reference/recall-file.md describes the folder. Nothing here writes, so a load is a dry run.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kaishu.core.coding import Keys
from kaishu.core.recall import Recall
from kaishu.editions.check_goods import check_goods
from kaishu.editions.check_lawful import check_lawful
from kaishu.editions.check_notice import check_notice
from kaishu.editions.check_scope import check_scope
from kaishu.editions.check_terms import check_terms
from kaishu.editions.draft import Draft
from kaishu.editions.lists import Progress
from kaishu.editions.positions import Positions
from kaishu.editions.problems import RECALL_FILE, Findings, Problem, Severity
from kaishu.editions.reading import Reader
from kaishu.editions.shape import read_recall

_PLACE = re.compile(r"^(.*) \(at line (\d+), column \d+\)$", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a recall folder says. `recall` is None when its keys or texts are incomplete.

    `rough` is the recall as far as it can be read; what is missing is empty there.
    `lists` maps each file that a rule names to its serials in file order, in normal form;
    `pictures` maps each picture name to its SVG bytes.
    """

    folder: Path
    recall: Recall | None
    lists: Mapping[str, Keys]
    pictures: Mapping[str, bytes]
    problems: tuple[Problem, ...]
    rough: Recall | None = None

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Return the problems that stop publication."""
        return tuple(found for found in self.problems if found.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Return the problems that a person should look at."""
        return tuple(found for found in self.problems if found.severity is Severity.WARNING)


def load(path: Path | str, *, progress: Progress | None = None) -> Loaded:
    """Read and check a recall folder (or its recall.toml); `progress` hears of rows read."""
    folder = folder_of(path)
    findings = Findings()
    source = _source(folder, findings)
    data = None if source is None else _parse(source, findings)
    if source is None or data is None:
        return Loaded(
            folder=folder, recall=None, lists={}, pictures={}, problems=findings.in_order()
        )
    draft, broken = _draft(folder, source, data, findings)
    check_goods(draft)
    check_scope(draft, progress=progress or _silent)
    check_terms(draft)
    check_lawful(draft)
    if not broken:
        check_notice(draft)
    return Loaded(
        folder=folder,
        recall=None if broken else draft.recall,
        lists={file: found.serials for file, found in draft.lists.items()},
        pictures=draft.pictures,
        problems=findings.in_order(),
        rough=draft.recall,
    )


def folder_of(path: Path | str) -> Path:
    """Return the recall folder of a path that names the folder or its recall.toml."""
    found = Path(path)
    return found.parent if found.name == RECALL_FILE else found


def count_rows(path: Path | str) -> int:
    """Return about how many list rows a folder holds, so that a progress bar has an end."""
    lists = folder_of(path).glob("serials/*.csv")
    return sum(max(file.read_bytes().count(b"\n") - 1, 0) for file in lists)


def _source(folder: Path, findings: Findings) -> str | None:
    file = folder / RECALL_FILE
    if not file.is_file():
        findings.error("recall_file_missing", {"folder": folder.name}, line=1)
        return None
    try:
        return file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        findings.error("not_utf8", line=line)
        return None


def _parse(source: str, findings: Findings) -> dict[str, Any] | None:
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.match(str(error))
        detail = place.group(1) if place else str(error)
        line = int(place.group(2)) if place else source.count("\n") + 1
        findings.error("toml_syntax", {"detail": detail}, line=line)
        return None


def _draft(
    folder: Path, source: str, data: dict[str, Any], findings: Findings
) -> tuple[Draft, bool]:
    positions = Positions(source)
    reader = Reader(positions=positions, findings=findings)
    recall, total = read_recall(reader, data)
    draft = Draft(folder=folder, recall=recall, total=total, positions=positions, findings=findings)
    return draft, reader.broken


def _silent(rows: int) -> None:
    """Ignore progress."""
