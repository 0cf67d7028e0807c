"""METI: the self-assessment that ends the progress reports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kaishu.core.report import (
    Comparison,
    EndFacts,
    Filled,
    Value,
    may_end,
    years_after,
)
from kaishu.reports.facts import Facts, end_of_day
from kaishu.reports.parts import corrected, counts, head


def fill(facts: Facts) -> Mapping[str, Filled]:
    """Fill in each part of the test, by both wordings of the 90 %."""
    rule = facts.form.end
    assert rule is not None
    today, found = facts.day_of(facts.as_of), facts.progress
    before = facts.progress_at(end_of_day(years_after(today, -rule.plateau_years), facts.zone))
    asked = EndFacts(
        started=facts.recall.announced,
        last_accident=_last(facts),
        today=today,
        rate=found.rate,
        corrected=found.corrected_rate,
        corrected_before=before.corrected_rate,
    )
    ours = may_end(rule, asked)
    either = {word: may_end(rule, asked, comparison=word) for word in Comparison}
    return {
        **head(facts),
        **counts(facts),
        "announced": Value(of=facts.recall.announced),
        "last_accident": Value(of=asked.last_accident),
        "quiet_long_enough": Value(of=ours.quiet_long_enough),
        "corrected_rate": corrected(facts),
        "over_90": Value(of=either[Comparison.OVER].rate_reached),
        "at_least_90": Value(of=either[Comparison.AT_LEAST].rate_reached),
        "rate_before": facts.rate(before.done, before.target),
        "plateau": Value(of=ours.plateau),
        "may_end": Value(of=ours.may_end),
    }


def _last(facts: Facts) -> date | None:
    """Return the day of the last accident; one without a day counts from when it was known."""
    days = facts.incidents().values_list("happened_on", "known_at")
    return max((day or facts.day_of(known) for day, known in days), default=None)
