"""China: recall plan for the provincial administration for market regulation."""

from __future__ import annotations

from collections.abc import Mapping

from kaishu.core.report import Filled, Value
from kaishu.reports.facts import Facts
from kaishu.reports.parts import head, notice, products


def fill(facts: Facts) -> Mapping[str, Filled]:
    """Fill in scope, defect and measures."""
    told = notice(facts)
    return {
        **head(facts),
        **{name: told[name] for name in ("announced", "hazard", "measures", "phone")},
        "products": products(facts),
        "cause": Value(of=facts.say(facts.recall.cause)),
        "incidents_before": facts.count_incidents("before"),
    }
