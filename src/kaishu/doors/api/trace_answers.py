"""What the answers of a trace are made of, as the contract declares them."""

from __future__ import annotations

from typing import Literal

from ninja import Schema
from pydantic import Field

Level = Literal["certain", "possible"]


class NetworkOut(Schema):
    """One network, with the graph that answers for it; empty where none was made yet."""

    network: str
    name: str
    graph: str = Field(description="digest of the graph file; the same digest, the same answers")
    things: int
    acts: int


class NetworksOut(Schema):
    """All networks."""

    items: list[NetworkOut]


class ThingOut(Schema):
    """A thing: its code, its own number, and what its class or its owner is called."""

    code: str
    number: str
    name: str


class Sum(Schema):
    """At least `certain`, at most both together. Quantities of lots may be broken numbers."""

    certain: float
    possible: float


class BrandSum(Sum):
    """Units of one brand."""

    brand: str


class TotalOut(Sum):
    """How much of one class is affected."""

    item: str
    kind: str
    name: str
    brand: str
    model: str
    not_said: int = Field(description="lots whose quantity no record says; in neither number")


class HeldOut(Sum):
    """How much of one class is, or ever was, with one holder; empty codes = not known where."""

    party: str
    party_name: str
    place: str
    place_name: str
    item: str
    item_name: str
    not_said: int
    since: str


class UnjudgedOut(Schema):
    """Things of a class behind which no record names a lot or unit of the suspects' class."""

    item: str
    name: str
    kind: str
    things: int


class HoldingOut(Schema):
    """Units in which affected things are packed. They are affected if these are built in."""

    item: str
    name: str
    units: int


class UnseenOut(Schema):
    """What an answer does not see."""

    unjudged: list[UnjudgedOut] = Field(
        description="things that may be affected, but no record can tell; in no number here"
    )
    holding: list[HoldingOut] = Field(
        description="units around affected things by packing records; in no number here"
    )
    waiting: bool = Field(description="records came in that this graph does not hold yet")


class ForwardOut(UnseenOut):
    """What carries the fault of the suspects now, in sums."""

    suspects: list[ThingOut]
    units: Sum
    brands: list[BrandSum]
    totals: list[TotalOut]
    holders: list[HeldOut]
    consignees: list[HeldOut]
    ended: int
    was: int = Field(description="things that carried it once and do not now")
    cycles: int = Field(description="groups of things in this graph that are made of each other")


class AffectedOut(Schema):
    """One affected thing."""

    code: str
    kind: str
    level: Level
    since: str


class AffectedPage(Schema):
    """Affected things, in the order of the graph."""

    items: list[AffectedOut]
    next: str | None = Field(
        None, description="Give it as `cursor` to read on; null at the end. It ends with its graph."
    )


class ProofStep(Schema):
    """One act that led from the source to the target."""

    record: str = Field(description="the event, or `link:file:row`")
    did: str
    at: str
    source: ThingOut
    target: ThingOut
    quantity: float | None
    level: Literal["certain", "possible", ""]


class PathOut(Schema):
    """The acts that prove an answer, the first one first."""

    steps: list[ProofStep]


class BackwardOut(Schema):
    """What went into a thing, at any depth, and the boxes that it was in."""

    thing: ThingOut
    lots: list[ThingOut]
    units: list[ThingOut]
    boxes: list[ThingOut]


class LotSum(Sum):
    """A quantity with what no record says."""

    not_said: int


class PiecesOut(Schema):
    """Units: at least `certain`, at most both together."""

    certain: int
    possible: int


class NeighbourOut(Schema):
    """One lot made shortly before or after a suspect, and what it would add."""

    lot: ThingOut
    alone: PiecesOut = Field(description="what it reaches by itself")
    new: PiecesOut = Field(description="what the suspects do not reach")
    firmer: int = Field(description="units that would become certain")


class NeighboursOut(UnseenOut):
    """What the suspects reach, and what each neighbour would add."""

    suspects: list[ThingOut]
    days: int
    units: PiecesOut
    together: PiecesOut
    left_out: int = Field(description="neighbours that are not listed")
    neighbours: list[NeighbourOut]


class BrandLine(LotSum):
    """Affected products of one brand."""

    brand: str


class ModelLine(BrandLine):
    """Affected products of one model."""

    model: str


class CountryLine(LotSum):
    """Affected products in one country; empty where nobody said."""

    country: str


class PartyLine(LotSum):
    """Affected products with one party; empty codes = not known where."""

    party: str
    name: str


class ItemLine(LotSum):
    """Affected goods of a class that nobody described."""

    item: str
    name: str


class SharedOut(Schema):
    """One suspect that several brands have."""

    suspect: ThingOut
    brands: list[BrandLine]


class BlastOut(UnseenOut):
    """How far suspects reach, by brand, model, country and party."""

    suspects: list[ThingOut]
    brands: list[BrandLine]
    models: list[ModelLine]
    countries: list[CountryLine]
    parties: list[PartyLine]
    gone: int = Field(description="units that exist no more")
    shared: list[SharedOut]
    undescribed: list[ItemLine]
