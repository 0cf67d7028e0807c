"""The world as acts tell it, with dicts and sets: slow, and plain enough to be believed.

It shares no code with the graph; what the rules mean stands in docs/why/genealogy.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kaishu.core.genealogy.acts import Act, Did
from kaishu.core.genealogy.things import Kind, item_of, kind_of

INF = (1 << 32) - 1
IN = {Did.FITTED: "fit", Did.PACKED: "box", Did.SEEN_IN: "box"}
OUT = {Did.REMOVED: "fit", Did.UNPACKED: "box"}


@dataclass(eq=False)
class Stay:
    """A thing, or a quantity of a lot, in another thing from one act to another."""

    rel: str
    thing: str
    inside: str
    quantity: float | None
    start: int
    end: int | None = None


def is_lot(code: str) -> bool:
    return kind_of(code) in (Kind.LOT, Kind.ITEM)


def item(code: str) -> str:
    """Return the class of a thing; a class is its own."""
    return code if kind_of(code) is Kind.ITEM else item_of(code)


def class_of(code: str) -> str:
    return item(code) or code


@dataclass
class World:
    """The acts in order, and what follows from them without any question."""

    acts: list[Act]
    stays: list[Stay] = field(default_factory=list)

    def __init__(self, acts: Iterable[Act]) -> None:
        self.acts = sorted(acts, key=lambda act: act.at)
        self.stays = []
        self.ended: set[str] = set()
        self.used_up: set[str] = set()
        for number, act in enumerate(self.acts):
            self._live(number, act)

    def things(self, act: Act) -> set[str]:
        return {each.code for each in (*act.inputs, *act.outputs)}

    def _open(self, thing: str, rel: str | None = None) -> list[Stay]:
        found = [s for s in self.stays if s.thing == thing and s.end is None]
        return [s for s in found if rel is None or s.rel == rel]

    def _live(self, number: int, act: Act) -> None:
        if act.did in IN and act.outputs:
            self._enter(number, act, IN[act.did], act.outputs[0].code)
        elif act.did in OUT:
            self._leave(number, act, OUT[act.did])
        elif act.did in (Did.MADE, Did.ENDED):
            made = {each.code for each in act.outputs} if act.did is Did.MADE else set()
            for code in made:
                self.used_up.discard(code)
            for each in act.inputs:
                if is_lot(each.code):
                    if act.did is Did.ENDED and each.quantity is None:
                        self.ended.add(each.code)
                    continue
                if each.code in made:
                    continue
                (self.ended if act.did is Did.ENDED else self.used_up).add(each.code)
                for stay in self._open(each.code, "box"):
                    stay.end = number

    def _enter(self, number: int, act: Act, rel: str, inside: str) -> None:
        for each in act.inputs:
            if each.code == inside:
                continue
            now = self._open(each.code, rel)
            if is_lot(each.code):
                if act.did is Did.SEEN_IN and any(s.inside == inside for s in now):
                    continue
            elif any(s.inside == inside for s in now):
                continue
            else:
                for stay in now:
                    stay.end = number
                if rel == "fit":
                    for stay in self._open(each.code, "box"):
                        stay.end = number
            quantity = each.quantity if is_lot(each.code) else 1.0
            self.stays.append(Stay(rel, each.code, inside, quantity, number))

    def _leave(self, number: int, act: Act, rel: str) -> None:
        inside = act.outputs[0].code if act.outputs else None
        if not act.inputs:
            for stay in self.stays:
                if stay.rel == rel and stay.inside == inside and stay.end is None:
                    stay.end = number
        for each in act.inputs:
            found = [s for s in self._open(each.code, rel) if inside in (None, s.inside)]
            if not is_lot(each.code) or each.quantity is None:
                for stay in found:
                    stay.end = number
                continue
            left = each.quantity
            for stay in found:
                if stay.quantity is None or left <= 0:
                    continue
                if stay.quantity > left:
                    rest = stay.quantity - left
                    self.stays.append(Stay(rel, stay.thing, stay.inside, rest, stay.start))
                    stay.quantity = left
                left -= stay.quantity
                stay.end = number

    def moves(
        self,
        thing: str,
        start: int = -1,
        end: int | None = None,
        seen: frozenset[str] = frozenset(),
    ) -> set[int]:
        """Return the MOVED acts that reached a thing after one act and before another."""
        past = len(self.acts) if end is None else end
        found = {
            number
            for number in range(start + 1, past)
            if self.acts[number].did is Did.MOVED
            and any(each.code == thing for each in self.acts[number].inputs)
        }
        for stay in self.stays:
            if stay.thing == thing and stay.inside not in seen:
                till = past if stay.end is None else min(past, stay.end)
                found |= self.moves(stay.inside, max(start, stay.start), till, seen | {thing})
        return found
