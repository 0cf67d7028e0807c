"""What one event names: things with their codes, places, parties, documents; and what is wrong.

An event comes here after the schema, so that its fields have the right shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from kaishu.core.errors import Refusal
from kaishu.core.genealogy import epc
from kaishu.core.genealogy.epc import Name
from kaishu.core.genealogy.things import Kind
from kaishu.supply.capture import errors
from kaishu.supply.capture.words import short

FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
INSTANCES = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
Problem = tuple[str, Refusal]  # (JSON pointer within the event, why not)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing of one list of an event, with how much of it; `uom` empty = pieces."""

    field: str
    name: Name
    quantity: float | None = None
    uom: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What an event says, in codes and bare words. Texts are empty where nothing was said."""

    type: str
    at: datetime
    action: str
    biz_step: str
    disposition: str
    read_point: str
    biz_location: str
    transformation: str
    things: tuple[Said, ...]
    sources: Mapping[str, str]
    destinations: Mapping[str, str]

    def of(self, *fields: str) -> Iterator[Said]:
        """Yield the things of some lists."""
        return (each for each in self.things if each.field in fields)


def facts(event: Mapping[str, Any]) -> tuple[Facts | None, list[Problem]]:
    """Return what an event says, or what is wrong with it."""
    said = _Reader(event)
    found = said.read()
    return (None, said.problems) if said.problems else (found, [])


class _Reader:
    """One event being read; problems are gathered, so that a sender learns all of them at once."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        self.event = event
        self.problems: list[Problem] = []

    def read(self) -> Facts:
        event = self.event
        at = self._moment("eventTime")
        self._moment("recordTime")
        things = tuple(self._things())
        return Facts(
            type=event["type"],
            at=at,
            action=event.get("action", ""),
            biz_step=short(event.get("bizStep", "")),
            disposition=short(event.get("disposition", "")),
            read_point=self._place("readPoint"),
            biz_location=self._place("bizLocation"),
            transformation=event.get("transformationID", ""),
            things=things,
            sources=self._ends("sourceList", "source"),
            destinations=self._ends("destinationList", "destination"),
        )

    def _moment(self, field: str) -> datetime:
        text = self.event.get(field)
        if text is None:
            return FIRST
        try:
            found = moment(text)
        except ValueError:
            found = None
        if found is None or not FIRST <= found < LAST:
            self.problems.append((f"/{field}", errors.TimeWrong(time=text)))
            return FIRST
        return found

    def _things(self) -> Iterator[Said]:
        if parent := self.event.get("parentID"):
            name = self._named(epc.thing, "/parentID", parent)
            if name is not None and name.kind in (Kind.ITEM, Kind.LOT):
                self.problems.append(("/parentID", errors.InstanceNeeded(name=parent)))
            elif name is not None:
                yield Said("parentID", name)
        for field in INSTANCES:
            if field in self.event:
                yield from self._instances(field)
        for field in QUANTITIES:
            if field in self.event:
                yield from self._quantities(field)

    def _instances(self, field: str) -> Iterator[Said]:
        seen: set[str] = set()
        parent = self.event.get("parentID", "")
        for number, text in enumerate(self.event[field]):
            place = f"/{field}/{number}"
            name = self._named(epc.thing, place, text)
            if name is None:
                continue
            if name.kind in (Kind.ITEM, Kind.LOT):
                self.problems.append((place, errors.InstanceNeeded(name=text)))
            elif name.code in seen:
                self.problems.append((place, errors.NamedTwice(name=text)))
            elif parent and field == "childEPCs" and text == parent:
                self.problems.append((place, errors.InItself(name=text)))
            else:
                seen.add(name.code)
                yield Said(field, name)

    def _quantities(self, field: str) -> Iterator[Said]:
        for number, row in enumerate(self.event[field]):
            place = f"/{field}/{number}/epcClass"
            name = self._named(lambda text: epc.thing(text, True), place, row["epcClass"])
            if name is None:
                continue
            if name.kind not in (Kind.ITEM, Kind.LOT):
                self.problems.append((place, errors.ClassNeeded(name=row["epcClass"])))
            else:
                yield Said(field, name, row.get("quantity"), row.get("uom", ""))

    def _named(self, read: Callable[[str], Name], place: str, text: str) -> Name | None:
        try:
            return read(text)
        except Refusal as refusal:
            self.problems.append((place, refusal))
            return None

    def _place(self, field: str) -> str:
        said = self.event.get(field)
        return self._code(epc.place, f"/{field}/id", said["id"]) if said else ""

    def _ends(self, field: str, each: str) -> dict[str, str]:
        found = {}
        for number, row in enumerate(self.event.get(field, ())):
            kind = short(row["type"])
            read = epc.place if kind == "location" else epc.party
            found[kind] = self._code(read, f"/{field}/{number}/{each}", row[each])
        return found

    def _code(self, read: Callable[[str], str], place: str, text: str) -> str:
        try:
            return read(text)
        except Refusal as refusal:
            self.problems.append((place, refusal))
            return ""


@lru_cache(maxsize=4096)
def moment(text: str) -> datetime:
    """Return a time of an event in UTC. Raises ValueError where there is no such time."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(text)
    return found.astimezone(UTC)
