"""Values that several forms share: who and what, what owners are offered, and the three counts."""

from __future__ import annotations

from kaishu.core.report import Filled, Rate, Value
from kaishu.reports.facts import Facts


def head(facts: Facts) -> dict[str, Filled]:
    """Return whose recall it is, and what it is called."""
    recall = facts.recall
    return {
        "company": Value(of=facts.say(recall.company)),
        "title": Value(of=facts.say(recall.title)),
    }


def notice(facts: Facts) -> dict[str, Filled]:
    """Return what the public notice says."""
    recall = facts.recall
    return {
        "brand": Value(of=recall.brand),
        "announced": Value(of=recall.announced),
        "hazard": Value(of=facts.say(recall.hazard)),
        "measures": Value(of=tuple(facts.say(remedy.title) for remedy in recall.remedies)),
        "phone": Value(of=recall.phone),
    }


def products(facts: Facts) -> Filled:
    """Return the products with when they were sold and how many there are."""
    return facts.by_model(("name", "sold_from", "sold_to", "target"))


def counts(facts: Facts) -> dict[str, Filled]:
    """Return target, done and the raw rate of the whole recall."""
    found = facts.progress
    return {
        "target": facts.count("target", found.target),
        "done": facts.count("done", found.done),
        "rate": facts.rate(found.done, found.target),
    }


def corrected(facts: Facts) -> Value:
    """Return the corrected rate; nothing where no estimate with a source was typed."""
    found = facts.progress
    if not found.estimates:
        return Value()
    return Value(of=Rate(units=found.done + found.discarded, target=found.target))
