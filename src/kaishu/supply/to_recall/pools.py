"""Whose hands the affected units are in, as the population of a recall counts them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kaishu.core.accounts import AT_LARGE, UNSOLD
from kaishu.core.genealogy.things import name_of
from kaishu.supply.models import Network, Partner, PartnerRole

LONGEST_CODE = 40
# Whoever holds goods before they reach a shop holds them for the maker or for the trade.
POOL_OF = {
    PartnerRole.SUPPLIER: "maker",
    PartnerRole.MAKER: "maker",
    PartnerRole.CARRIER: "distributor",
    PartnerRole.DISTRIBUTOR: "distributor",
    PartnerRole.RETAILER: "retailer",
}
_UNFIT = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, order=True)
class Share:
    """Units of a recall in one place: `party` is the code of a party of the recall file."""

    pool: str
    account: str
    party: str = ""


SOLD = Share("consumer", AT_LARGE)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds something, by their partner row: a place answers for the party it belongs to."""

    code: str
    name: str
    role: str
    party: str


class Holders:
    """The partners of a network, ready to be asked who stands behind a party and a place."""

    def __init__(self, network: Network) -> None:
        self._rows = {row.code: row for row in Partner.objects.filter(network=network)}

    def of(self, party: str, place: str) -> Holder | None:
        """Return who holds what lies with a party at a place; None where nobody is known."""
        row = self._rows.get(party) or self._rows.get(place)
        if row is not None and row.belongs_to and row.belongs_to in self._rows:
            row = self._rows[row.belongs_to]
        if row is None:
            code = party or place
            return Holder(code, name_of(code), PartnerRole.OTHER, "") if code else None
        return Holder(row.code, row.name, row.role, row.party)


def shares(
    held: Mapping[tuple[str, str], int], holders: Holders, *, shops_sold: bool
) -> Counter[Share]:
    """Return the population that units with their holders come to.

    `shops_sold` = what was last seen at a shop counts as sold: few shops record each sale. What is
    with nobody known, or with somebody outside the trade, is with owners.
    """
    counted: Counter[Share] = Counter()
    for (party, place), units in held.items():
        holder = holders.of(party, place)
        pool = POOL_OF.get(PartnerRole(holder.role)) if holder else None
        if holder is None or pool is None or (pool == "retailer" and shops_sold):
            counted[SOLD] += units
        else:
            counted[Share(pool, UNSOLD, party_code(holder))] += units
    return counted


def in_shops(held: Mapping[tuple[str, str], int], holders: Holders) -> Counter[str]:
    """Return how many units were last seen in which shop, by the shop's own code."""
    counted: Counter[str] = Counter()
    for (party, place), units in held.items():
        holder = holders.of(party, place)
        if holder and units and POOL_OF.get(PartnerRole(holder.role)) == "retailer":
            counted[holder.code] += units
    return counted


def party_code(holder: Holder) -> str:
    """Return a holder's code in recall files; one that has none gets it from its own code."""
    if holder.party:
        return holder.party
    plain = _UNFIT.sub("-", name_of(holder.code).lower()).strip("-")
    return plain[:LONGEST_CODE].strip("-") or "party"


def known_parties(network: Network, wanted: Iterable[str]) -> dict[str, Holder]:
    """Return the holders of these recall-file codes, by code."""
    found: dict[str, Holder] = {}
    names = set(wanted)
    for row in Partner.objects.filter(network=network):
        holder = Holder(row.code, row.name, row.role, row.party)
        if (code := party_code(holder)) in names and not row.belongs_to:
            found.setdefault(code, holder)
    return found
