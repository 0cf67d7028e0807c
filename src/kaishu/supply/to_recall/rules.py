"""Write the affected units of a model as rules of a recall file, each saying where it is from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from kaishu.core.genealogy.things import item_of, name_of
from kaishu.core.recall import RuleKind, SerialFormat
from kaishu.editions.drafting import folders
from kaishu.supply.to_recall.runs import fitting, write
from kaishu.supply.to_recall.scope import ModelScope

Table = dict[str, Any]
MOST_SUSPECTS_SAID = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked, and of which graph: enough to ask it again and get the same answer."""

    network: str
    suspects: tuple[str, ...]
    since: int | None = None
    until: int | None = None
    graph: str = ""

    @property
    def mark(self) -> str:
        """Return a short word that only this question to this graph has."""
        said = repr((self.network, self.suspects, self.since, self.until, self.graph))
        return hashlib.sha256(said.encode()).hexdigest()[:8]

    def said(self, at: datetime) -> str:
        """Say the question in one line without words of a language, for the note of a rule."""
        named = [f"{name_of(code)} ({item_of(code) or code})" for code in self.suspects]
        more = len(named) - MOST_SUSPECTS_SAID
        said = ", ".join(named[:MOST_SUSPECTS_SAID]) + (f" + {more}" if more > 0 else "")
        ends = [
            "" if moment is None else f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%MZ}"
            for moment in (self.since, self.until)
        ]
        window = " – ".join(ends).strip() if any(ends) else ""
        asked = (f"trace {self.mark}", said, window, self.network, f"graph {self.graph[:12]}")
        return " · ".join(each for each in (*asked, f"{at:%Y-%m-%d}") if each)


@dataclass(frozen=True, slots=True)
class RulesMade:
    """Rules as tables of the recall file, the lists beside them, and serials that fit no format."""

    rules: tuple[Table, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    unfit: tuple[str, ...] = ()
    units: int = 0


# What an owner reads behind the verdict. Which lot it is, is between the companies.
WHY = {
    True: {
        "ja": "今回の回収の原因となったロットから作られた製品です。",
        "zh-Hans": "该产品由导致本次召回的批次制成。",
        "en": "It was made from a batch that this recall is about.",
    },
    False: {
        "ja": "今回の回収の原因となったロットから作られた可能性があります。"
        "外から見分けられないため、対象としています。",
        "zh-Hans": "该产品可能由导致本次召回的批次制成。从外观无法分辨，因此按召回对象处理。",
        "en": "It may have been made from a batch that this recall is about. "
        "Nobody can tell from outside, so it counts as affected.",
    },
}
LEVEL = {True: "certain", False: "possible"}


def rules_of(
    part: ModelScope, form: SerialFormat, question: Question, *, possible: bool, at: datetime
) -> RulesMade:
    """Return the rules of one model: what is certain, and what is possible where it is wanted.

    Where the model's codes name lots, its lots are named as codes; where they name units, a lot
    that names no unit is asked for by the batch on the label.
    """
    made = RulesMade()
    for sure in (True, False) if possible else (True,):
        serials = part.certain if sure else part.possible
        lots = part.certain_lots if sure else part.possible_lots
        said = {"note": f"{question.said(at)} · {LEVEL[sure]}", "why": WHY[sure]}
        if form.unit_unique:
            file = f"{part.model}-{question.mark}-{LEVEL[sure]}.csv"
            made = _with_units(made, part.model, serials, form, file, said)
            if lots:
                batch = {"product": part.model, "kind": RuleKind.MODEL.value}
                made = _more(made, {**batch, **said, "when": {"batches": list(lots)}})
        elif lots:
            made = _with_codes(made, part.model, lots, form, said)
    return made


def _with_units(
    made: RulesMade,
    model: str,
    serials: Iterable[str],
    form: SerialFormat,
    file: str,
    said: Table,
) -> RulesMade:
    written = write(serials, form)
    for run in written.runs:
        ends = {"first": run.first, "last": run.last, **({"head": run.head} if run.head else {})}
        table = {"product": model, "kind": run.kind.value, **ends, **said}
        made = _more(made, table, units=run.count)
    files = dict(made.files)
    if written.listed:
        name = folders.named(file)
        files[name] = "\n".join(["serial", *written.listed, ""]).encode()
        table = {"product": model, "kind": RuleKind.LIST.value, "file": name, **said}
        made = _more(made, table, units=len(written.listed))
    return RulesMade(made.rules, files, (*made.unfit, *written.unfit), made.units)


def _with_codes(
    made: RulesMade, model: str, lots: Iterable[str], form: SerialFormat, said: Table
) -> RulesMade:
    """Name the lots that the format can have printed; the others are told, as serials are."""
    codes, unfit = fitting(lots, form)
    if codes:
        table = {"product": model, "kind": RuleKind.CODES.value, "codes": sorted(codes)}
        made = _more(made, {**table, **said})
    return RulesMade(made.rules, made.files, (*made.unfit, *sorted(unfit)), made.units)


def _more(made: RulesMade, table: Table, units: int = 0) -> RulesMade:
    return RulesMade((*made.rules, table), made.files, made.unfit, made.units + units)
