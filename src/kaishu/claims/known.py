"""What an answer about a unit rests on besides its serial, from the claim and from its row.

It is kept in `ClaimUnit.verdict_facts` beside the rule: as the recall writes it, or as it was said
where the recall has no word for it, so that a later look asks nobody again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kaishu.claims.facts import UnitFacts
from kaishu.core.answer import Inspection
from kaishu.core.dates import made_from
from kaishu.core.verdict import Verdict

# In the order of a page; `made_on` is a day or a month in ISO form.
KEPT = ("variant", "batch", "made_on", "channel", "market", "label")


def inspection_of(unit: UnitFacts, *, market: str) -> Inspection:
    """Return what is judged when a claim comes in; `market` holds where nobody said another."""
    return Inspection(
        model=unit.model,
        serial=unit.serial,
        colour=unit.colour,
        bought=unit.bought_on,
        market=unit.market or market,
        channel=unit.channel,
        variant=unit.variant,
        batch=unit.batch,
        made_on=unit.made_on,
        label=unit.label,
    )


def inspection_again(
    kept: Mapping[str, str],
    *,
    model: str,
    serial: str,
    colour: str,
    bought_on: date | None,
    market: str,
) -> Inspection:
    """Return what is judged when a person looks at a claim again, by the facts that were kept."""
    made_on = kept.get("made_on")
    return Inspection(
        model=model,
        serial=serial,
        colour=colour,
        bought=bought_on,
        market=kept.get("market", market),
        channel=kept.get("channel", ""),
        variant=kept.get("variant", ""),
        batch=kept.get("batch", ""),
        made_on=made_from(made_on) if made_on else None,
        label=kept.get("label", ""),
    )


def facts_kept(unit: UnitFacts, verdict: Verdict) -> dict[str, str]:
    """Return what is kept with a claimed unit: what was said, under what the answer rests on."""
    said = {name: str(getattr(unit, name) or "") for name in KEPT}
    return {**{name: value for name, value in said.items() if value}, **verdict.facts}
