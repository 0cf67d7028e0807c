"""METI: the answer to its request of four items; two of them are for people to write."""

from __future__ import annotations

from collections.abc import Mapping

from kaishu.core.report import Filled, Row, Table, Value
from kaishu.reports import contacts
from kaishu.reports.corrective import Corrective, Stand
from kaishu.reports.facts import Facts
from kaishu.reports.parts import counts, head


def fill(facts: Facts) -> Mapping[str, Filled]:
    """Fill in the corrective actions, what was told to owners, and the progress by model."""
    return {
        **head(facts),
        **counts(facts),
        "corrective": Table(
            rows=tuple(_row(no, each) for no, each in enumerate(facts.correctives(), start=1))
        ),
        "notices": facts.mails(),
        "claims": contacts.responded(facts, since=None),
        "models": facts.by_model(("name", "target", "done", "rate")),
    }


def _row(number: int, each: Corrective) -> Row:
    checked = {Stand.EFFECTIVE: True, Stand.NOT_EFFECTIVE: False}.get(each.stand)
    return Row(
        id=str(number),
        cells={
            "cause": Value(of=each.row.cause),
            "action": Value(of=each.row.action),
            "owner": Value(of=each.row.owner),
            "due": Value(of=each.due),
            "done_on": Value(of=each.done_on),
            "effective": Value(of=checked),
        },
    )
