"""Acts of a network: what its captured events say happened, without those that were voided.

An event gives one act for what it did and one for where its things are from then on. Classes
without a lot are kept where they go into something, and left out elsewhere: they name no thing
that can be followed. Rules: docs/howto/epcis.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from kaishu.core.genealogy import things
from kaishu.core.genealogy.acts import Act, Amount, Did
from kaishu.core.genealogy.things import Kind
from kaishu.supply.capture.models import CapturedEvent
from kaishu.supply.capture.naming import Facts, Said, facts
from kaishu.supply.capture.pools import Fed, filled, taken
from kaishu.supply.capture.words import LEAVES, SOLD, SOLD_AS
from kaishu.supply.models import Network

PIECES = frozenset({"", "EA", "C62", "H87"})
_THINGS = frozenset({Kind.LOT, Kind.UNIT, Kind.BOX})
_FEEDS = _THINGS | {Kind.ITEM}
_INPUTS = ("inputEPCList", "inputQuantityList")
_OUTPUTS = ("outputEPCList", "outputQuantityList")
_CHILDREN = ("childEPCs", "childQuantityList")
_OBJECTS = ("epcList", "quantityList")
_LOT_NAMES = (
    "cbvmda:lotNumber",
    "urn:epcglobal:cbv:mda:lotNumber",
    "https://ref.gs1.org/cbv/lotNumber",
)
_JOINS = {
    ("AggregationEvent", "ADD"): Did.PACKED,
    ("AggregationEvent", "OBSERVE"): Did.SEEN_IN,
    ("AggregationEvent", "DELETE"): Did.UNPACKED,
    ("AssociationEvent", "ADD"): Did.FITTED,
    ("AssociationEvent", "OBSERVE"): Did.FITTED,
    ("AssociationEvent", "DELETE"): Did.REMOVED,
}


def standing(network: Network) -> QuerySet[CapturedEvent]:
    """Return the events of a network that hold: no declarations, and nothing that one voids.

    A declaration counts where it comes from who sent the event, or from the maker.
    """
    wrong = CapturedEvent.objects.filter(
        Q(job__by=OuterRef("job__by")) | Q(job__party=""),
        network=network,
        event_id=OuterRef("event_id"),
        declares_error=True,
    )
    rows = CapturedEvent.objects.filter(network=network, declares_error=False)
    return rows.filter(~Exists(wrong))


def read(network: Network, after: int = 0, up_to: int | None = None) -> Iterator[Act]:
    """Yield what was captured after an event (its row number), in the order of capture.

    Where `changes_before` is true, what was read up to there no longer holds: read all again.
    """
    rows = standing(network).filter(pk__gt=after).order_by("pk")
    if up_to is not None:
        rows = rows.filter(pk__lte=up_to)
    joined: set[str] = set()
    fields = ("event_id", "said", "transformation")
    for name, said, making in rows.values_list(*fields).iterator(chunk_size=2000):
        if not making:
            yield from acts_of(name, json.loads(said))
        elif making not in joined:
            joined.add(making)
            yield from _making(network, making)


def newest(network: Network) -> int:
    """Return the row number of the newest event, 0 where there is none."""
    last = CapturedEvent.objects.filter(network=network).order_by("-pk").values_list("pk").first()
    return last[0] if last else 0


def changes_before(network: Network, after: int) -> bool:
    """Say whether events after `after` change acts up to it: they void one, or join a making."""
    new = CapturedEvent.objects.filter(network=network, pk__gt=after)
    old = CapturedEvent.objects.filter(network=network, pk__lte=after)
    voids = new.filter(declares_error=True).filter(
        Exists(old.filter(event_id=OuterRef("event_id"), declares_error=False))
    )
    joins = new.exclude(transformation="").filter(
        Exists(old.filter(transformation=OuterRef("transformation")))
    )
    return voids.exists() or joins.exists()


def acts_of(key: str, event: Mapping[str, Any]) -> list[Act]:
    """Return the acts of one event that was checked before."""
    said, _problems = facts(event)
    return _acts(key, said, _lot_of(event)) if said else []


def _acts(key: str, said: Facts, lot: str) -> list[Act]:
    at = int(said.at.timestamp())
    kind = (said.type, said.action)
    found: list[Act] = []
    if kind == ("ObjectEvent", "DELETE"):
        ended = _amounts(said.of(*_OBJECTS))
        return [Act(key, Did.ENDED, at, ended)] if ended else []
    if kind == ("ObjectEvent", "ADD"):
        found += _made(key, at, (), list(said.of(*_OBJECTS)), lot)
    elif said.type == "TransformationEvent":
        inputs = _fed(said)
        found += _made(key, at, inputs, list(said.of(*_OUTPUTS)), lot)
    elif kind in _JOINS:
        found += _joined(key, at, said, _JOINS[kind])
    return found + _moved(key, at, said)


def _made(
    key: str, at: int, inputs: tuple[Amount, ...], outputs: list[Said], lot: str
) -> Iterator[Act]:
    """Yield what made things. Units that say their lot come from it, and it from the inputs."""
    by_lot: dict[str, list[Said]] = {}
    for each in outputs:
        by_lot.setdefault(_own_lot(each, lot), []).append(each)
    plain = _amounts(by_lot.pop("", ()))
    lots = tuple(Amount(code, float(len(units))) for code, units in by_lot.items())
    if inputs and (plain or lots):
        yield Act(key, Did.MADE, at, inputs, plain + lots)
    elif plain:
        yield Act(key, Did.MADE, at, (), plain)
    for code, units in by_lot.items():
        amount = Amount(code, float(len(units)))
        yield Act(key, Did.MADE, at, (amount,), _amounts(units))


def _own_lot(said: Said, lot: str) -> str:
    if said.name.kind is not Kind.UNIT:
        return ""
    item = things.item_of(said.name.code)
    return said.name.lot or (things.lot(item, lot) if lot and item else "")


def _joined(key: str, at: int, said: Facts, did: Did) -> Iterator[Act]:
    parent = next(said.of("parentID"), None)
    if parent is None or parent.name.kind not in _THINGS:
        return
    fitting = did in (Did.FITTED, Did.REMOVED)
    children = _amounts(said.of(*_CHILDREN), _FEEDS if fitting else _THINGS)
    if children or did in (Did.UNPACKED, Did.REMOVED):
        yield Act(key, did, at, children, (Amount(parent.name.code),))


def _moved(key: str, at: int, said: Facts) -> list[Act]:
    moved = _amounts(each for each in said.things if each.field not in _INPUTS)
    to = said.destinations
    party = to.get("possessing_party") or to.get("owning_party") or ""
    if said.biz_step in LEAVES or said.biz_step in SOLD or said.disposition in SOLD_AS:
        place = to.get("location") or said.biz_location
        if not place and not party:
            sold = said.biz_step in SOLD or said.disposition in SOLD_AS
            place = things.own("place", "retail_sold" if sold else "in_transit")
    else:
        place = said.biz_location or said.read_point or to.get("location") or ""
        parents = (each.name for each in said.of("parentID") if each.name.kind is Kind.PLACE)
        place = next((name.code for name in parents), place)
    if not moved or not (party or place):
        return []
    return [Act(key, Did.MOVED, at, moved, (), party, place)]


def _making(network: Network, making: str) -> Iterator[Act]:
    """Yield the acts of all events with one transformation id.

    Whatever came out may hold whatever went in; that counts at its own moment (`pools`).
    Where things came out at several, the inputs have no quantities: nobody said how they divide.
    """
    rows = standing(network).filter(transformation=making).order_by("at", "pk")
    events = [(name, json.loads(text)) for name, text in rows.values_list("event_id", "said")]
    read_ = [(name, event, said) for name, event in events if (said := facts(event)[0])]
    fed = [Fed(name, int(said.at.timestamp()), _fed(said)) for name, _, said in read_]
    moments: dict[int, list[tuple[str, Said, str]]] = {}
    for name, event, said in read_:
        lot = _lot_of(event)
        for each in said.of(*_OUTPUTS):
            moments.setdefault(int(said.at.timestamp()), []).append((name, each, lot))
    if moments:
        yield from filled(making, fed, max(moments))
    for at, outputs in moments.items():
        inputs = taken(making, fed, at)
        by_lot: dict[str, list[Said]] = {}
        for _, each, lot in outputs:
            by_lot.setdefault(lot, []).append(each)
        if len(moments) > 1 or len(by_lot) > 1:
            inputs = tuple(Amount(each.code) for each in inputs)
        for lot, units in by_lot.items():
            yield from _made(outputs[0][0], at, inputs, units, lot)
    for name, _, said in read_:
        yield from _moved(name, int(said.at.timestamp()), said)


def _fed(said: Facts) -> tuple[Amount, ...]:
    """Return what went in. A class without a lot stays: nobody may be cleared by leaving it out."""
    return _amounts(said.of(*_INPUTS), _FEEDS)


def _amounts(said: Iterable[Said], kinds: frozenset[Kind] = _THINGS) -> tuple[Amount, ...]:
    return tuple(Amount(each.name.code, _pieces(each)) for each in said if each.name.kind in kinds)


def _pieces(said: Said) -> float | None:
    """Return how many pieces; kilograms and litres count nothing that a trace can follow."""
    return said.quantity if said.uom in PIECES else None


def _lot_of(event: Mapping[str, Any]) -> str:
    ilmd = event.get("ilmd", {})
    for name in _LOT_NAMES:
        value = ilmd.get(name)
        if isinstance(value, dict):
            value = value.get("@value")
        if isinstance(value, str | int) and not isinstance(value, bool):
            return str(value).strip()
    return ""
