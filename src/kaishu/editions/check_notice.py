"""Check that the recall can fill the public notice that its market asks for."""

from __future__ import annotations

from kaishu.editions.draft import Draft
from kaishu.markets import CODES, load_notice


def check_notice(draft: Draft) -> None:
    """Name each part that the market's public notice must have and this recall does not."""
    market = draft.recall.market
    if market not in CODES:
        return
    for part in load_notice(market).lacking(draft.recall):
        note = draft.error if part.severity == "error" else draft.warning
        note(
            "notice_part_missing",
            *("recall", "market"),
            part=part.code,
            market=market,
            article=part.because.article,
        )
