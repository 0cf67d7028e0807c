"""China: interim and final summary: units collected, their share, and the refunds paid."""

from __future__ import annotations

from collections.abc import Mapping

from kaishu.core.accounts import DISPOSED
from kaishu.core.report import Filled, Value
from kaishu.reports.facts import Facts
from kaishu.reports.parts import counts, head


def fill(facts: Facts) -> Mapping[str, Filled]:
    """Fill in what was collected, what is outstanding, and what was paid."""
    found = facts.progress
    return {
        **head(facts),
        **counts(facts),
        "announced": Value(of=facts.recall.announced),
        "outstanding": facts.count("open", found.target - found.done),
        "refunds": facts.paid(),
        "models": facts.by_model(("name", "target", "done", "rate")),
        "disposed": facts.count(DISPOSED, facts.balance.units_in(DISPOSED)),
        "incidents_after": facts.count_incidents("after"),
    }
