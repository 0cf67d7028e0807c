"""METI: report on the start of a recall."""

from __future__ import annotations

from collections.abc import Mapping

from kaishu.core.report import Filled, Value
from kaishu.reports.facts import Facts
from kaishu.reports.parts import head, notice, products


def fill(facts: Facts) -> Mapping[str, Filled]:
    """Fill in what the edition and the books know."""
    return {
        **head(facts),
        **notice(facts),
        "products": products(facts),
        "cause": Value(of=facts.say(facts.recall.cause)),
        "incidents_before": facts.count_incidents("before"),
        "notice_url": Value(of=facts.recall.notice_url),
    }
