"""A scripted recall of any market, told in the past: stock, claims, money, totals, incidents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from kaishu.books import actions as books
from kaishu.books.values import Place, UnitMove
from kaishu.incidents import actions as incidents
from kaishu.reports import corrective
from tests.claims.world import SLUG
from tests.stories.story import Story

NAMES = {"ja": "窓際モバイル電源", "zh-Hans": "窗边移动电源", "en": "Mado power bank"}
CURRENCY = {"jp": "JPY", "cn": "CNY", "us": "USD", "eu": "EUR"}
KNOWN = datetime(2026, 1, 10, 3, 0, tzinfo=UTC)
AS_OF = datetime(2026, 1, 7, 14, 59, 59, 999999, tzinfo=UTC)  # the end of the day in Japan
LATER = KNOWN + timedelta(days=30)


def told(folder: Path, market: str = "jp") -> Story:
    """Tell the recall: of 1,000 units 251 are in, one owner has the money, one unit is gone."""
    story = Story()
    story.folder = folder
    _publish(story, market)
    story.owner_claims("SN0001", remedy="refund")
    story.approves("SN0001")
    story.depot_scans("SN0001")
    story.pays_due()
    story.owner_claims("SN0002", remedy="refund", name="Tanaka")
    story.approves("SN0002")
    total(story, 200, day=date(2025, 11, 20))
    total(story, 50, day=date(2025, 12, 20))
    books.post(
        kind="unit.gone",
        moves=(_move(3, Place("at_large"), Place("gone")),),
        recall_id=story.recall_id,
        key="gone",
        door="import",
        by="mika",
        at=_noon(date(2025, 12, 21)),
    )
    incident(day=date(2025, 9, 1), known=_noon(date(2025, 10, 22)), injured=True, market=market)
    incident(day=date(2025, 12, 24), known=_noon(date(2025, 12, 25)), injured=False, market=market)
    act()
    return story


def _publish(story: Story, market: str) -> None:
    from tests.claims import world
    from tests.stories import story as stories

    base = world.recall()
    product = replace(base.products[0], name=NAMES, sold_from=date(2023, 4, 1))
    told_recall = replace(
        base,
        market=market,
        currency=CURRENCY[market],
        title=NAMES,
        company={"ja": "窓際電機株式会社", "zh-Hans": "窗边电器公司", "en": "Mado Electric"},
        products=(product, *base.products[1:]),
    )
    before, stories.recall = stories.recall, lambda: told_recall
    try:
        story.open("M100", unsold=100, at_large=900)
    finally:
        stories.recall = before


def total(story: Story, units: int, *, day: date, recorded: datetime | None = None) -> None:
    """Bring in a day's total of units that another system counted."""
    books.post(
        kind="parcel.received",
        moves=(_move(units, Place("at_large"), Place("depot", "east")),),
        recall_id=story.recall_id,
        key=f"total-{day}",
        door="import",
        by="mika",
        at=recorded or _noon(day),
        happened_at=_noon(day),
    )


def incident(
    *,
    day: date,
    known: datetime,
    injured: bool,
    market: str = "jp",
    recorded: datetime | None = None,
) -> str:
    """Report an incident that the company learned of on a day; returns its number."""
    return incidents.report(
        recall_slug=SLUG,
        market=market,
        key=f"incident-{day}-{known}",
        kind="hot",
        door="console",
        by="ope",
        at=recorded or known,
        known_at=known,
        happened_at=day,
        injured=injured,
        product="M100",
        language="en",
    ).number


def act() -> None:
    """Open a corrective action and finish it."""
    row = corrective.open_action(
        recall_slug=SLUG,
        cause="金属粉の混入",
        action="裁断機の集じんを強化",
        owner="品質部",
        due_on=date(2025, 12, 1),
        key="act-1",
        by="mika",
        at=_noon(date(2025, 11, 1)),
    )
    for what, day in (("done", date(2025, 11, 28)), ("effective", date(2025, 12, 15))):
        corrective.add_step(
            recall_slug=SLUG,
            action_id=row.id,
            what=what,
            day=day,
            note="",
            by="mika",
            at=_noon(day),
        )


def _move(units: int, source: Place, target: Place) -> UnitMove:
    return UnitMove(product="M100", pool="consumer", quantity=units, source=source, target=target)


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 3, 0, tzinfo=UTC)
