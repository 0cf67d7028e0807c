"""What is true of what money and goods come from: funds, pauses, the shelf of replacements.

Plain Python, like `truth`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kaishu.demo.simulator.facts import SPARE, RecallFacts
from kaishu.demo.simulator.stores import Stores
from kaishu.demo.simulator.things import No, Spare


class Vault(Stores):
    """The truth with funds, pauses and a shelf."""

    def __init__(self, recalls: tuple[RecallFacts, ...]) -> None:
        super().__init__(recalls)
        self.funds: Counter[tuple[str, str]] = Counter()
        self.counted: set[tuple[str, str]] = set()
        self.documents: set[str] = set()
        self.paused: dict[str, str] = {}  # recall -> who asked to go on, "" for nobody
        self.spares: list[Spare] = []

    # ------------------------------------------------------------------ pauses

    def pause(self, recall: str) -> None:
        """One person lets a recall's payouts stand still."""
        if recall in self.paused:
            raise No("payouts_paused")
        self.paused[recall] = ""

    def ask_resume(self, recall: str, by: str) -> None:
        """Somebody proposes to go on; the newest proposal counts."""
        self.paused[recall] = by

    def resume(self, recall: str, by: str) -> None:
        """Another person agrees to go on."""
        if not self.paused[recall]:
            raise No("money_reason_missing")
        if self.paused[recall] == by:
            raise No("self_approval")
        del self.paused[recall]

    # ------------------------------------------------------------------- funds

    def document(self, number: str) -> None:
        """A receipt is entered; each document once."""
        if number in self.documents:
            raise No("fund_known")
        self.documents.add(number)

    # ------------------------------------------------------------------- goods

    def recalled(self, serial: str) -> bool:
        """Say whether any recall, as it answers today, lists this replacement."""
        return any(recall.lists(SPARE, serial) for recall in self.recalls.values())

    def receive(self, commodity: str, serials: Sequence[str]) -> tuple[int, list[str]]:
        """Units come onto the shelf; returns how many, and which are held."""
        known = {spare.serial for spare in self.spares if spare.commodity == commodity}
        new = [each for each in dict.fromkeys(serials) if each.isalnum() and each not in known]
        self.spares += [Spare(commodity, each, self.recalled(each)) for each in new]
        return len(new), [each for each in new if self.recalled(each)]

    def reserve(self, commodity: str, key: str) -> bool:
        """Give an order the oldest free unit that no recall means."""
        for spare in self.spares:
            if spare.commodity == commodity and not spare.key and not spare.held:
                if not self.recalled(spare.serial):
                    spare.key = key
                    return True
                spare.held = True
        return False

    def dispatch(self, key: str, serial: str) -> None:
        """A parcel leaves with this very unit, which may be another than the reserved one."""
        mine = self._reserved(key, left=False)
        packed = mine
        if mine.serial != serial:
            free = [spare for spare in self.spares if not spare.key and not spare.back]
            same = [s for s in free if (s.commodity, s.serial) == (mine.commodity, serial)]
            if not same:
                raise No("stock_unknown")
            packed = same[0]
        if self.recalled(packed.serial):
            raise No("stock_recalled")
        mine.key = ""
        packed.key, packed.left = key, True

    def deliver(self, key: str) -> None:
        """The carrier delivered a replacement."""
        spare = self._reserved(key, left=True)
        if spare.delivered:
            raise No("stock_unknown")
        spare.delivered = True

    def bring_spare_back(self, key: str, reason: str) -> None:
        """A replacement came back, or was lost."""
        self._reserved(key, left=True).back = reason

    def _reserved(self, key: str, *, left: bool) -> Spare:
        for spare in self.spares:
            if spare.key == key and spare.left == left and not spare.back:
                return spare
        raise No("stock_unknown")
