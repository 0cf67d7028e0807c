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
        """Say the question in one line, for the note of a rule."""
        named = [f"{name_of(code)} ({item_of(code) or code})" for code in self.suspects]
        more = len(named) - MOST_SUSPECTS_SAID
        said = ", ".join(named[:MOST_SUSPECTS_SAID]) + (f" and {more} more" if more > 0 else "")
        window = "".join(
            f" {word} {datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M}"
            for word, moment in (("since", self.since), ("until", self.until))
            if moment is not None
        )
        graph = f"graph {self.graph[:12]}, {at:%Y-%m-%d}"
        return f"Trace {self.mark} of {said}{window} in network {self.network}; {graph}"


@dataclass(frozen=True, slots=True)
class RulesMade:
    """Rules as tables of the recall file, the lists beside them, and serials that fit no format."""

    rules: tuple[Table, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    unfit: tuple[str, ...] = ()
    units: int = 0


SURE = {True: "These units are affected.", False: "These units may be affected: parts were mixed."}
LOTS = {True: "These lots are affected.", False: "These lots may be affected: parts were mixed."}


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
        said = question.said(at)
        if form.unit_unique:
            made = _with_units(made, part.model, serials, form, question, sure, said)
            if lots:
                batch = {"product": part.model, "kind": RuleKind.MODEL.value}
                when = {"when": {"batches": list(lots)}}
                made = _more(made, {**batch, "note": f"{said}. {LOTS[sure]}", **when})
        elif lots:
            made = _with_codes(made, part.model, lots, form, sure, said)
    return made


def _with_units(
    made: RulesMade,
    model: str,
    serials: Iterable[str],
    form: SerialFormat,
    question: Question,
    sure: bool,
    said: str,
) -> RulesMade:
    written = write(serials, form)
    note = f"{said}. {SURE[sure]}"
    for run in written.runs:
        ends = {"first": run.first, "last": run.last, **({"head": run.head} if run.head else {})}
        table = {"product": model, "kind": run.kind.value, **ends, "note": note}
        made = _more(made, table, units=run.count)
    files = dict(made.files)
    if written.listed:
        word = "certain" if sure else "possible"
        name = folders.named(f"{model}-{question.mark}-{word}.csv")
        files[name] = "\n".join(["serial", *written.listed, ""]).encode()
        table = {"product": model, "kind": RuleKind.LIST.value, "file": name, "note": note}
        made = _more(made, table, units=len(written.listed))
    return RulesMade(made.rules, files, (*made.unfit, *written.unfit), made.units)


def _with_codes(
    made: RulesMade, model: str, lots: Iterable[str], form: SerialFormat, sure: bool, said: str
) -> RulesMade:
    """Name the lots that the format can have printed; the others are told, as serials are."""
    codes, unfit = fitting(lots, form)
    if codes:
        table = {"product": model, "kind": RuleKind.CODES.value, "codes": sorted(codes)}
        made = _more(made, {**table, "note": f"{said}. {LOTS[sure]}"})
    return RulesMade(made.rules, made.files, (*made.unfit, *sorted(unfit)), made.units)


def _more(made: RulesMade, table: Table, units: int = 0) -> RulesMade:
    return RulesMade((*made.rules, table), made.files, made.unfit, made.units + units)
