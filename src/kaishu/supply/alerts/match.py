"""Look for a letter's lots in a network of ours, and count what carries them now."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np

from kaishu.core.genealogy import things
from kaishu.core.genealogy.answers import Held
from kaishu.core.genealogy.forward import Forward, forward
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.things import Kind
from kaishu.core.lot_alert import COUNTS, Alert
from kaishu.core.lot_alert_file import Sent
from kaishu.core.lot_alert_ids import found
from kaishu.supply.alerts import own, take
from kaishu.supply.alerts.errors import (
    AlertKeyMissing,
    AlertNotVerified,
    AlertOwnNameMissing,
    AlertUnknown,
)
from kaishu.supply.alerts.known import Known, Standing
from kaishu.supply.models import Item, ItemKind, LetterMatch, Network
from kaishu.supply.network import queries as networks
from kaishu.supply.network import unseen

# What is being done, how much of it is done, and of how much.
Advance = Callable[[str, int, int], None]
AT_ONCE = 100_000


def match(
    *,
    number: str,
    network: str,
    item: str = "",
    us: str = "",
    anyway: bool = False,
    by: str,
    at: datetime,
    advance: Advance | None = None,
) -> LetterMatch:
    """Look for the lots of an alert or a question; `item` is our own code of its item.

    A letter whose company nobody trusts is matched only `anyway`, by hand. Raises AlertUnknown,
    AlertNotVerified, AlertKeyMissing, NetworkUnknown, and GraphMissing where nothing was built.
    """
    row = take.letter(number)
    sent = take.sent_of(row)
    if not isinstance(sent.letter, Alert):
        raise AlertUnknown
    trusted = take.standing_of(row, Known()) in (Standing.VERIFIED, Standing.OWN)
    if not (trusted or anyway):
        raise AlertNotVerified(name=row.issuer_name)
    place = networks.network(network)
    newest, graph = networks.newest_graph(place), networks.open_graph(place.slug)
    ours = item or sent.letter.item
    compared = lots_of(graph, ours)
    hits = _hits(sent, graph, compared, ours, advance)
    counts = dict.fromkeys(COUNTS, 0) | {"lots": len(hits)}
    we = _own_code(place, us)
    if open_ := unjudged(graph, place, hits, compared, ours):
        counts["unjudged"] = open_
    if hits:
        counts |= count(forward(graph, hits), place, we)
    return LetterMatch.objects.create(
        letter=row,
        network=place,
        item=ours,
        graph=newest.digest if newest else "",
        compared=len(compared),
        found=hits,
        counts=counts,
        us=we,
        anyway=not trusted,
        by=by,
        at=at,
    )


def lots_of(graph: Graph, item: str) -> Sequence[int]:
    """Return the numbers of every lot of an item, ascending."""
    nodes = np.arange(graph.facts.nodes, dtype=np.int32)
    lots = nodes[graph.kinds(nodes) == Kind.LOT]
    classes = graph.items(lots)
    same = [each for each in np.unique(classes).tolist() if graph.item_code(each) == item]
    numbers: list[int] = lots[np.isin(classes, same)].tolist()
    return numbers


def count(carried: Forward, network: Network, us: str) -> dict[str, int]:
    """Count finished products: for certain, possibly; with us, shipped on, not known where.

    Where the network does not say what its products are, every unit counts; else a unit of an item
    that nobody described counts, too, as it may be one. Where nobody said who we are, nothing is
    known to be with us or gone.
    """
    kinds = dict(Item.objects.filter(network=network).values_list("code", "kind"))
    products = {code for code, kind in kinds.items() if kind == ItemKind.PRODUCT}
    lines = [
        each
        for each in carried.totals()
        if each.item in products
        or (each.kind is Kind.UNIT and (not products or each.item not in kinds))
    ]
    counted = {each.item for each in lines}
    owner = own.places_of(network)
    where = {"here": 0.0, "shipped": 0.0, "not_known_where": 0.0}
    for held in carried.holders():
        if held.item in counted:
            where[_side(held, us, owner)] += held.certain + held.possible
    return {
        "certain": _whole(sum(each.certain for each in lines)),
        "possible": _whole(sum(each.possible for each in lines)),
        **{name: _whole(quantity) for name, quantity in where.items()},
    }


def unjudged(
    graph: Graph, network: Network, hits: Sequence[str], compared: Sequence[int], item: str
) -> int:
    """Count the products of which no record says whether they have any lot of the item in them.

    They are in no count of an answer: who signs it is told of them first.
    """
    suspects = hits or [graph.code(number) for number in compared[:1]]
    if not suspects and graph.number(item) is not None:
        suspects = [item]  # only "some of it" is on record
    if not suspects:
        return 0
    affected = forward(graph, hits).nodes if hits else ()
    kinds = dict(Item.objects.filter(network=network).values_list("code", "kind"))
    products = {code for code, kind in kinds.items() if kind == ItemKind.PRODUCT}
    return sum(
        each.things
        for each in unseen.unjudged(graph, suspects, affected)
        if each.item in products
        or (each.kind is Kind.UNIT and (not products or each.item not in kinds))
    )


def _hits(
    sent: Sent, graph: Graph, compared: Sequence[int], ours: str, advance: Advance | None
) -> list[str]:
    """Return our codes of the letter's lots, in the order of our numbers."""
    letter = sent.letter
    assert isinstance(letter, Alert)
    if letter.hidden and not sent.key:
        raise AlertKeyMissing
    wanted, hits, done = set(letter.lots), [], 0
    for start in range(0, len(compared), AT_ONCE):
        codes = graph.codes(compared[start : start + AT_ONCE])
        theirs = codes if ours == letter.item else [_theirs(letter.item, code) for code in codes]
        if letter.hidden:
            hits += [codes[at] for at in found(sent.key, wanted, theirs)]
        else:
            hits += [code for code, said in zip(codes, theirs, strict=True) if said in wanted]
        done += len(codes)
        if advance is not None:
            advance("Comparing lots", done, len(compared))
    return hits


def _theirs(item: str, code: str) -> str:
    """Return a lot of ours under the item code of whoever wrote the letter."""
    return things.lot(item, things.name_of(code))


def _own_code(network: Network, us: str) -> str:
    try:
        return own.company(network, us).code
    except AlertOwnNameMissing:
        return ""


def _side(held: Held, here: str, owner: dict[str, str]) -> str:
    party = held.party or owner.get(held.place, "")
    if not here or not (party or held.place):
        return "not_known_where"
    return "here" if party == here else "shipped"


def _whole(quantity: float) -> int:
    return math.ceil(round(quantity, 6))
