"""EU: accident report under Article 20 GPSR, about one incident."""

from __future__ import annotations

from collections.abc import Mapping

from kaishu.core.report import Filled, Value
from kaishu.reports.facts import Facts
from kaishu.reports.parts import head


def fill(facts: Facts) -> Mapping[str, Filled]:
    """Fill in what the incident's report tells; the words of its reporter stay sealed."""
    about = facts.incident
    rows = f"/staff/incidents/{about.number}/"
    return {
        "company": head(facts)["company"],
        "product": Value(of=about.product, rows=rows),
        "identification": Value(of=facts.identification(), rows=rows),
        "number": Value(of=about.number, rows=rows),
        "happened_on": Value(of=about.happened_on, rows=rows),
        "known_on": Value(of=facts.day_of(about.known_at), rows=rows),
        "condition": Value(of=about.kind, rows=rows),
        "injured": Value(of=about.injured, rows=rows),
        "fire": Value(of=about.fire, rows=rows),
    }
