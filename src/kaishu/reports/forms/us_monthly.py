"""CPSC: Monthly Progress Report for Corrective Action Plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from kaishu.core.report import Filled, Row, Table, Value
from kaishu.reports import contacts
from kaishu.reports.facts import STOCK, Facts
from kaishu.reports.parts import head

TIERS = ("maker", "distributor", "retailer", "consumer")


def fill(facts: Facts) -> Mapping[str, Filled]:
    """Fill in the tiers, the incidents of the period and the claims that came in."""
    since = facts.period.since
    first = facts.day_of(since + timedelta(microseconds=1)) if since else facts.recall.announced
    return {
        **head(facts),
        "period_from": Value(of=first),
        "period_to": Value(of=facts.day_of(facts.period.until)),
        "corrected": Table(rows=tuple(_tiers(facts))),
        "incidents": Table(rows=tuple(_incidents(facts))),
        "notified_email": contacts.written_to(facts, since=since),
        "notified_phone": contacts.telephoned(facts, since=since),
        "responded_web": contacts.responded(facts, since=since, doors=contacts.WEB),
        "responded_phone": contacts.responded(facts, since=since, doors=contacts.TELEPHONE),
    }


def _tiers(facts: Facts) -> list[Row]:
    affected, now = _by_tier(facts, facts.as_of)
    since = facts.period.since
    before = _by_tier(facts, since)[1] if since else Counter[str]()
    rows = []
    for tier in (*TIERS, "total"):
        pools = TIERS if tier == "total" else (tier,)
        pool = "" if tier == "total" else tier
        done, earlier = (sum(each[name] for name in pools) for each in (now, before))
        rows.append(
            Row(
                id=tier,
                cells={
                    "affected": facts.count(
                        "target", sum(affected[name] for name in pools), pool=pool
                    ),
                    "this_period": Value(of=done - earlier),
                    "cumulative": facts.count("done", done, pool=pool),
                },
            )
        )
    return rows


def _by_tier(facts: Facts, as_of: datetime) -> tuple[Counter[str], Counter[str]]:
    """Count units and corrections by pool: owners by what reached them, dealers by the unit."""
    affected, corrected = Counter[str](), Counter[str]()
    owners = facts.progress_at(as_of)
    dealers = facts.progress_at(as_of, rule=facts.form.stock_rule)
    for line in owners.lines:
        affected[line.pool] += line.target
        corrected[line.pool] += 0 if line.pool in STOCK else line.done
    for line in dealers.lines:
        corrected[line.pool] += line.done if line.pool in STOCK else 0
    return affected, corrected


def _incidents(facts: Facts) -> list[Row]:
    sides, since = ("before", "after", "undated"), facts.period.since
    hurt = {"incidents": {}, "injuries": {"injured": True}}
    return [
        Row(
            id=name,
            cells={side: facts.count_incidents(side, since=since, **narrow) for side in sides},
        )
        for name, narrow in hurt.items()
    ]
