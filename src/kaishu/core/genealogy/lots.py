"""Where quantities of lots are.

No record says from where a quantity moved on, so the newest moves are believed first, until all
that is left of the lot has a place.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.amounts import Amounts, Share
from kaishu.core.genealogy.holders import NOWHERE, Holder, Lines, holder_of
from kaishu.core.genealogy.stays import BOX, FIT
from kaishu.core.genealogy.walk import FOREVER
from kaishu.core.genealogy.where import stays_of, ways_of

if TYPE_CHECKING:
    from kaishu.core.genealogy.graph import Graph

Move = tuple[int, float | None]


class Lots:
    """The lots of one answer."""

    def __init__(self, graph: Graph, amounts: Amounts) -> None:
        """Take an answer's quantities."""
        self._graph, self._amounts = graph, amounts

    def moves(self, lot: int, *, last: bool) -> list[Move]:
        """Return the moves of a lot, newest first; of a portion in a box all or only the last."""
        found: list[Move] = []
        for act in self._amounts.acts_that(lot, Did.MOVED, out=False):
            parts = self._amounts.parts(act)
            found += [(act, x.quantity) for x in parts if x.node == lot and not x.output]
        stays = [stay for stay in stays_of(self._graph, lot) if stay.fit == BOX]
        for stay, moves in zip(stays, ways_of(self._graph, lot, stays), strict=True):
            found += [(act, stay.quantity) for act in (moves[-1:] if last else moves)]
        return sorted(found, key=lambda move: -move[0])

    def _share(self, lot: int, *, left: bool) -> Share:
        known = self._amounts.bounds(lot, FOREVER)
        total = known.total
        if left and total is not None:
            fitted = [s for s in stays_of(self._graph, lot) if s.fit == FIT and s.end == FOREVER]
            used = self._amounts.used(lot) + math.fsum(stay.quantity or 0.0 for stay in fitted)
            total = max(0.0, total - used)
        return Share(total, known, self._amounts.certain(lot, FOREVER))

    def where_now(self, lines: Lines, lot: int, since: int) -> None:
        """Add where what is left of a lot is now."""
        item = int(self._graph.items([lot])[0])
        if self.ended(lot):
            return
        share = self._share(lot, left=True)
        rest, moves = share.left, self.moves(lot, last=True)
        for act, much in moves:
            if rest is not None and rest <= 0:
                return
            take = rest if much is None else much if rest is None else min(rest, much)
            holder = holder_of(self._graph, act)
            lines.much(holder, item, share.of(take), self._amounts.at(act))
            if much is None:
                return
            rest = None if rest is None or take is None else rest - take
        if rest is not None and rest > 0:
            lines.much(NOWHERE, item, share.of(rest), since)
        elif rest is None and not moves:
            lines.much(NOWHERE, item, None, since)

    def ended(self, lot: int) -> bool:
        """Return whether a whole lot was ended."""
        return any(
            part.node == lot and not part.output and part.quantity is None
            for act in self._amounts.acts_that(lot, Did.ENDED, out=False)
            for part in self._amounts.parts(act)
        )

    def ever(self, lines: Lines, lot: int, since: int) -> None:
        """Add who ever had how much of a lot since it was affected."""
        item = int(self._graph.items([lot])[0])
        share = self._share(lot, left=False)
        per: dict[Holder, list[Move]] = {}
        for act, much in self.moves(lot, last=False):
            if self._amounts.at(act) >= since:
                per.setdefault(holder_of(self._graph, act), []).append((act, much))
        for holder, moves in per.items():
            said = [much for _, much in moves if much is not None]
            whole = share.known.total
            if len(said) == len(moves):
                whole = math.fsum(said) if whole is None else min(whole, math.fsum(said))
            first = min(self._amounts.at(act) for act, _ in moves)
            lines.much(holder, item, share.of(whole), first)
