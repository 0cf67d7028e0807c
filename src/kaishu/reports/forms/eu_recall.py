"""EU: the record of a recall: its notice, its remedies, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping

from kaishu.core.report import Filled
from kaishu.reports.facts import Facts
from kaishu.reports.parts import counts, head, notice, products


def fill(facts: Facts) -> Mapping[str, Filled]:
    """Fill in the notice and the progress."""
    told = notice(facts)
    return {
        **head(facts),
        **counts(facts),
        **{name: told[name] for name in ("brand", "hazard", "measures", "phone")},
        "products": products(facts),
        "notices": facts.mails(),
        "incidents_after": facts.count_incidents("after"),
    }
