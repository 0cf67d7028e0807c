"""Look for what a letter means in a network of ours, and count what carries it now."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from kaishu.core.genealogy.answers import Held
from kaishu.core.genealogy.forward import Forward, forward
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.things import Kind
from kaishu.core.lot_alert import COUNTS, Alert
from kaishu.core.lot_alert_file import Sent
from kaishu.supply.alerts import own, take
from kaishu.supply.alerts.compare import Advance, Meant, compare, of_item
from kaishu.supply.alerts.errors import AlertNotVerified, AlertOwnNameMissing, AlertUnknown
from kaishu.supply.alerts.known import Known, Standing
from kaishu.supply.models import (
    Item,
    ItemKind,
    Letter,
    LetterLook,
    LetterMatch,
    Network,
)
from kaishu.supply.network import graphs, unseen
from kaishu.supply.network import queries as networks
from kaishu.supply.network.errors import GraphMissing

MOST_KEPT = 10_000  # codes that a match keeps; the counts have them all


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found: which graph, how many things of the item, codes, numbers."""

    graph: str
    compared: int
    found: list[str]
    counts: dict[str, int]
    us: str


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
    """Look for what an alert or a question means; `item` is our own code of its item.

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
    ours = item or sent.letter.item
    seen = look(sent, place, item=ours, us=us, advance=advance)
    return keep(row, place, ours, seen, anyway=not trusted, by=by, at=at)


def look(
    sent: Sent, place: Network, *, item: str, us: str = "", advance: Advance | None = None
) -> Look:
    """Look into a network's newest graph. Raises AlertKeyMissing, GraphMissing, GraphFileLost."""
    newest = networks.newest_graph(place)
    if newest is None:
        raise GraphMissing(network=place.slug)
    graph = graphs.opened(place.slug, newest.digest)
    meant = compare(sent, graph, item, advance)
    codes = graph.codes(meant.every)
    kinds = graph.kinds(meant.every)
    counts = dict.fromkeys(COUNTS, 0) | {
        "lots": int((kinds == Kind.LOT).sum()),
        "units": int((kinds == Kind.UNIT).sum()),
    }
    we = _own_code(place, us)
    if codes:
        counts |= _carried(graph, meant, codes, place, we)
    notes = {"undated": meant.undated, "other_days": meant.other_days, "late": meant.late}
    counts |= {name: number for name, number in notes.items() if number}
    counts["not_judged"] = unjudged(graph, place, codes, item)
    return Look(newest.digest, meant.compared, codes[:MOST_KEPT], counts, we)


def keep(
    row: Letter, place: Network, item: str, seen: Look, *, anyway: bool, by: str, at: datetime
) -> LetterMatch:
    """Keep a look as a match."""
    made = LetterMatch.objects.create(
        letter=row,
        network=place,
        item=item,
        graph=seen.graph,
        compared=seen.compared,
        found=seen.found,
        counts=seen.counts,
        us=seen.us,
        anyway=anyway,
        by=by,
        at=at,
    )
    note(row, place, item, seen.graph, at)
    return made


def note(row: Letter, place: Network, item: str, graph: str, at: datetime) -> None:
    """Note which graph was looked at last: a look that found nothing new leaves no other trace."""
    LetterLook.objects.update_or_create(
        letter=row, network=place, item=item, defaults={"graph": graph, "at": at}
    )


def _carried(
    graph: Graph, meant: Meant, codes: Sequence[str], place: Network, us: str
) -> dict[str, int]:
    """Count what carries them: certain is what those carry that are meant for sure."""
    counts = count(forward(graph, codes), place, us)
    if not len(meant.doubted):
        return counts
    sure = {"certain": 0}
    if len(meant.sure):
        sure = count(forward(graph, graph.codes(meant.sure)), place, us)
    every = counts["certain"] + counts["possible"]
    certain = min(sure["certain"], every)
    return counts | {"certain": certain, "possible": every - certain}


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


def unjudged(graph: Graph, network: Network, hits: Sequence[str], item: str) -> int:
    """Count the products of which no record says whether they have any of the item in them.

    They are in no count of an answer: who signs it is told of them first.
    """
    suspects = list(hits[:1])  # they are the same for all things of one class
    if not suspects:
        mine = [*of_item(graph, item, Kind.LOT)[:1], *of_item(graph, item, Kind.UNIT)[:1]]
        suspects = graph.codes(np.array(mine, np.int64))[:1]
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
