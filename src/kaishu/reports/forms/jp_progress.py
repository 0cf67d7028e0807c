"""METI: progress report. Rate = done / target; corrected adds the estimated discarded units."""

from __future__ import annotations

from collections.abc import Mapping

from kaishu.core.report import Filled, Value
from kaishu.reports.facts import Facts
from kaishu.reports.parts import corrected, counts, head


def fill(facts: Facts) -> Mapping[str, Filled]:
    """Fill in the counts, in all and by model, and the incidents since the last report."""
    since = facts.period.since
    return {
        **head(facts),
        **counts(facts),
        "announced": Value(of=facts.recall.announced),
        "corrected_rate": corrected(facts),
        "gone": facts.count("gone", facts.progress.gone),
        "models": facts.by_model(("name", "target", "done", "rate", "gone", "accounted_rate")),
        "incidents_period": facts.count_incidents("after", since=since),
        "incidents_after": facts.count_incidents("after"),
        "incidents_undated": facts.count_incidents("undated"),
        "notices": facts.mails(since=since),
    }
