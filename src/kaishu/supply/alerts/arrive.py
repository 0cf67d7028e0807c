"""What happens to a letter at every door: taken in, and matched where its company is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kaishu.core.errors import Refusal
from kaishu.supply.alerts.compare import Advance
from kaishu.supply.alerts.known import Standing
from kaishu.supply.alerts.match import match
from kaishu.supply.alerts.take import Taken, take
from kaishu.supply.models import GraphFile, LetterMatch

MATCHED = ("alert", "question")


@dataclass(frozen=True, slots=True)
class Arrived:
    """The letter, and its matches. `missed` says why a network was not asked: code by network."""

    taken: Taken
    matches: tuple[LetterMatch, ...]
    missed: dict[str, str]


def arrive(
    data: bytes, *, door: str, by: str, at: datetime, advance: Advance | None = None
) -> Arrived:
    """Take a file in and match it against every network that has a graph.

    Nothing is matched silently: a letter of a company that nobody trusts, or one that is here
    already, waits for a person. Raises what `take` raises; a match that fails loses no letter.
    """
    taken = take(data, door=door, by=by, at=at)
    row = taken.row
    if taken.known or row.kind not in MATCHED or taken.standing is not Standing.VERIFIED:
        return Arrived(taken, (), {})
    made, missed = [], {}
    slugs = GraphFile.objects.order_by("network__slug").values_list("network__slug", flat=True)
    for slug in slugs.distinct():
        try:
            made.append(match(number=row.number, network=slug, by=by, at=at, advance=advance))
        except Refusal as refusal:
            missed[slug] = refusal.code
    return Arrived(taken, tuple(made), missed)
