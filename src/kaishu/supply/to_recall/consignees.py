"""Whom to tell: everybody that affected goods went to, with how much and since when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kaishu.core.genealogy.answers import Held
from kaishu.core.recall import Party
from kaishu.supply.models import Network, PartnerRole
from kaishu.supply.to_recall.pools import Holder, Holders, party_code

TRADE = (PartnerRole.RETAILER, PartnerRole.DISTRIBUTOR)


@dataclass(frozen=True, slots=True)
class Consignee:
    """One partner, and what it ever got. `account` is its code among a recall's parties, empty
    where the recall does not name it in that role: then its stock has no account in the books."""

    holder: Holder
    certain: float
    possible: float
    since: int
    account: str

    @property
    def is_trade(self) -> bool:
        """Say whether it is a shop or a distributor, which gets a notice of its own."""
        return self.holder.role in TRADE


def consignees(
    network: Network, held: Iterable[Held], parties: Sequence[Party]
) -> tuple[Consignee, ...]:
    """Return each partner once, the one with the most first; places count for whom they belong to.

    `held` is what a forward trace says that anybody ever had; `parties` are those of a recall.
    """
    holders = Holders(network)
    roles = {party.code: party.role for party in parties}
    sums: dict[str, tuple[Holder, float, float, int]] = {}
    for each in held:
        holder = holders.of(each.party, each.place)
        if holder is None:
            continue
        _holder, certain, possible, since = sums.get(holder.code, (holder, 0.0, 0.0, each.since))
        sums[holder.code] = (
            holder,
            certain + each.certain,
            possible + each.possible,
            min(since, each.since),
        )
    found = []
    for holder, certain, possible, since in sums.values():
        code = party_code(holder)
        account = code if roles.get(code) == holder.role else ""
        found.append(Consignee(holder, certain, possible, since, account))
    return tuple(sorted(found, key=lambda one: (-(one.certain + one.possible), one.holder.code)))
