"""Second opinions in the demo: most agree, one in seven does not, the newest still wait."""

from __future__ import annotations

from datetime import datetime, timedelta

from kaishu.claims.opinions import actions, queries

LEFT_OPEN = 2
ONE_IN = 7
AGREES = {"approved": "checked", "refused": "proof_does_not_match"}
AFTER = timedelta(days=2)


def give_opinions(now: datetime) -> None:
    """Let jun judge what was drawn, and toma settle the differences but the newest."""
    drawn = list(queries.waiting(by="jun"))
    for number, row in enumerate(drawn[: max(len(drawn) - LEFT_OPEN, 0)], 1):
        same = number % ONE_IN != 3
        actions.answer(
            opinion_id=row.id,
            answer=row.first if same else "asked",
            reason=AGREES[row.first] if same else "proof_needed",
            by="jun",
            at=min(row.drawn_at + AFTER, now),
        )
    for row in list(queries.differing())[:-1]:
        actions.settle(
            opinion_id=row.id,
            outcome="first",
            by="toma",
            at=min(row.drawn_at + 2 * AFTER, now),
        )
