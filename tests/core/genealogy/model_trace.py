"""Answer one question with dicts and sets."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from kaishu.core.genealogy.acts import Act, Did
from kaishu.core.genealogy.things import Kind, kind_of
from tests.core.genealogy.model_world import INF, World, class_of, is_lot, item


@dataclass(eq=False)
class Bounds:
    total: float | None
    low: float = 0.0
    high: float = 0.0


class Trace:
    """The answer to one question."""

    def __init__(
        self,
        world: World,
        suspects: Sequence[str],
        since: int | None = None,
        until: int | None = None,
    ) -> None:
        self.world = world
        self.suspects = set(suspects)
        self.window = (since or 0, INF if until is None else until)
        self.spans: dict[str, set[tuple[int, int]]] = defaultdict(set)
        self.level_of_act: dict[int, int] = {}
        self.sure: dict[str, set[tuple[int, int]]] = defaultdict(set)
        self._reach()
        self._be_sure()

    def leaves(self, code: str, at: int) -> bool:
        if code in self.suspects:
            return self.window[0] <= at <= self.window[1]
        return any(low <= at <= high for low, high in self.spans[code])

    def _fits(self) -> list[tuple[str, str, int, int]]:
        acts = self.world.acts
        return [
            (s.thing, s.inside, acts[s.start].at, INF if s.end is None else acts[s.end].at)
            for s in self.world.stays
            if s.rel == "fit"
        ]

    def _through_fits(self, spans: dict[str, set[tuple[int, int]]]) -> bool:
        changed = False
        for part, whole, start, end in self._fits():
            if whole in self.suspects:
                continue
            if part in self.suspects:
                inside = self.window[0] <= start <= self.window[1]
                new = {(start, end)} if inside else set()
            elif is_lot(part):
                new = {(start, end)} if self.leaves(part, start) else set()
            else:
                new = {(max(a, start), min(b, end)) for a, b in spans[part]}
            new = {(a, b) for a, b in new if a <= b} - spans[whole]
            changed |= bool(new)
            spans[whole] |= new
        return changed

    def _reach(self) -> None:
        changed = True
        while changed:
            changed = self._through_fits(self.spans)
            for number, act in enumerate(self.world.acts):
                if act.did is not Did.MADE or number in self.level_of_act:
                    continue
                if any(self.leaves(each.code, act.at) for each in act.inputs):
                    self.level_of_act[number] = 1
                    changed = True
                    for each in act.outputs:
                        if each.code not in self.suspects:
                            self.spans[each.code].add((act.at, INF))

    def makers(self, code: str, at: int = INF) -> list[int]:
        return [
            number
            for number, act in enumerate(self.world.acts)
            if act.did is Did.MADE
            and act.inputs
            and act.at <= at
            and any(each.code == code for each in act.outputs)
        ]

    def certain(self, code: str, at: int) -> bool:
        if code in self.suspects:
            return at == INF or self.leaves(code, at)
        if any(low <= at <= high for low, high in self.sure[code]):
            return True
        if not is_lot(code):
            return False
        made = self.makers(code, at)
        return bool(made) and all(self.level_of_act.get(number) == 2 for number in made)

    def _sure_act(self, act: Act) -> bool:
        by_class: dict[str, list[bool]] = defaultdict(list)
        for each in act.inputs:
            by_class[class_of(each.code)].append(self.certain(each.code, act.at))
        outputs = {each.code for each in act.outputs}
        if len(outputs) == 1 and kind_of(*outputs) is Kind.UNIT:
            return any(any(group) for group in by_class.values())
        return any(all(group) for group in by_class.values())

    def _be_sure(self) -> None:
        changed = True
        while changed:
            changed = False
            for part, whole, start, end in self._fits():
                if whole not in self.suspects and not is_lot(whole):
                    new = self._sure_in(part, start, end) - self.sure[whole]
                    changed |= bool(new)
                    self.sure[whole] |= new
            for number, level in self.level_of_act.items():
                act = self.world.acts[number]
                if level == 1 and self._sure_act(act):
                    self.level_of_act[number] = 2
                    changed = True
                    for each in act.outputs:
                        if each.code not in self.suspects and not is_lot(each.code):
                            self.sure[each.code].add((act.at, INF))

    def _sure_in(self, part: str, start: int, end: int) -> set[tuple[int, int]]:
        """Return when a whole is certain because of a part that is in it for a while."""
        if part in self.suspects or is_lot(part):
            return {(start, end)} if self.certain(part, start) else set()
        found = {(max(a, start), min(b, end)) for a, b in self.sure[part]}
        return {(a, b) for a, b in found if a <= b}

    def carrying(self) -> dict[str, int]:
        """Return the level of each thing that carries taint now."""
        now = {code for code, spans in self.spans.items() if any(b == INF for _, b in spans)}
        return {code: 2 if self.certain(code, INF) else 1 for code in now | self.suspects}

    def was(self) -> set[str]:
        return {code for code, spans in self.spans.items() if spans} - set(self.carrying())

    def since(self, code: str) -> int:
        if code in self.suspects:
            return min(act.at for act in self.world.acts if code in self.world.things(act))
        return min(a for a, _ in self.spans[code])

    def made(self, code: str, at: int) -> float | None:
        """Return how much of a lot was made by then."""
        acts = [
            act
            for act in self.world.acts
            if act.did is Did.MADE and act.at <= at and any(x.code == code for x in act.outputs)
        ]
        acts = [act for act in acts if act.inputs] or acts
        said = [x.quantity for act in acts for x in act.outputs if x.code == code]
        return None if not said or None in said else math.fsum(x for x in said if x is not None)

    def bounds(self, code: str, at: int, busy: frozenset[str] = frozenset()) -> Bounds:
        """Return how much of a lot there was by then, and at least and at most how much tainted."""
        total = self.made(code, at)
        if total is None or code in busy:
            return Bounds(total, 0.0, total or 0.0)
        if self.certain(code, at):
            return Bounds(total, total, total)
        low = high = 0.0
        for number in self.makers(code, at):
            act = self.world.acts[number]
            much = math.fsum(x.quantity or 0.0 for x in act.outputs if x.code == code)
            level = self.level_of_act.get(number, 0)
            if level == 2:
                low, high = low + much, high + much
            elif level == 1:
                least, most, outputs = self._pigeonholes(act, busy | {code})
                low += max(0.0, least - (outputs - much))
                high += min(much, most)
        return Bounds(total, low, high)

    def _pigeonholes(self, act: Act, busy: frozenset[str]) -> tuple[float, float, float]:
        """Return at least and at most how many outputs of an act are tainted, and of how many."""
        counts = [self._count(x.code, x.quantity) for x in act.outputs]
        if None in counts:
            return 0.0, INF, INF
        outputs = math.fsum(x for x in counts if x is not None)
        one_class = len({class_of(x.code) for x in act.outputs}) == 1
        if not one_class or outputs <= 0 or outputs != int(outputs):
            return 0.0, outputs, outputs
        low, high = 0.0, 0.0
        for name in {class_of(x.code) for x in act.inputs if self.leaves(x.code, act.at)}:
            group = [x for x in act.inputs if class_of(x.code) == name]
            amounts = [self._count(x.code, x.quantity) for x in group]
            whole = [x for x in amounts if x is not None and x == int(x)]
            per = math.fsum(whole) / outputs
            if len(whole) < len(amounts) or per < 1 or per != int(per):
                high = outputs
                continue
            least = most = 0.0
            for each, much in zip(group, whole, strict=True):
                if not self.leaves(each.code, act.at):
                    continue
                if self.certain(each.code, act.at):
                    least, most = least + much, most + much
                    continue
                known = self.bounds(each.code, act.at, busy) if is_lot(each.code) else Bounds(None)
                if known.total is None:
                    most += much
                    continue
                least += max(0.0, much - (known.total - known.low))
                most += min(much, known.high)
            low = max(low, float(math.ceil(least / per)))
            high = min(outputs, high + math.ceil(most))
        return low, high, outputs

    @staticmethod
    def _count(code: str, quantity: float | None) -> float | None:
        return quantity if is_lot(code) else 1.0

    def totals(self) -> dict[tuple[str, Kind], list[float]]:
        found: dict[tuple[str, Kind], list[float]] = defaultdict(lambda: [0.0, 0.0, 0])
        for code, level in self.carrying().items():
            line = found[item(code), kind_of(code)]
            if not is_lot(code):
                line[2 - level] += 1
                continue
            known = self.bounds(code, INF)
            if known.total is None:
                line[2] += 1
                continue
            line[0] += known.low
            line[1] += known.high - known.low
        return dict(found)

    def used(self, code: str) -> float:
        """Return how much of a lot went into other things or was ended."""
        found = 0.0
        for act in self.world.acts:
            for each in act.inputs:
                if each.code != code or act.did not in (Did.MADE, Did.ENDED):
                    continue
                if each.quantity is not None:
                    found += each.quantity
                elif act.did is Did.MADE:
                    found += sum(
                        kind_of(x.code) is Kind.UNIT and item(x.code) == item(code)
                        for x in act.outputs
                    )
        fitted = [s for s in self.world.stays if s.rel == "fit" and s.thing == code]
        return found + math.fsum(s.quantity or 0.0 for s in fitted if s.end is None)

    def _holder(self, number: int) -> tuple[str, str]:
        act = self.world.acts[number]
        return act.party, act.place

    def holders(self) -> dict[tuple[str, str, str], list[float]]:
        """Return, for each holder and class, certain, possible, since and unsaid as of now."""
        lines = Lines()
        for code, level in self.carrying().items():
            if code in self.world.ended or code in self.world.used_up:
                continue
            if is_lot(code):
                self._lot_held(lines, code)
                continue
            moves = self.world.moves(code)
            if moves:
                last = max(moves)
                lines.add(self._holder(last), code, level, self.world.acts[last].at)
            else:
                lines.add(("", ""), code, level, self.since(code))
        return lines.found

    def _lot_moves(self, code: str, *, last: bool) -> list[tuple[int, float | None]]:
        acts = self.world.acts
        found = [
            (number, each.quantity)
            for number, act in enumerate(acts)
            if act.did is Did.MOVED
            for each in act.inputs
            if each.code == code
        ]
        for stay in self.world.stays:
            if stay.thing == code and stay.rel == "box":
                moves = self.world.moves(stay.inside, stay.start, stay.end, frozenset({code}))
                keep = {max(moves)} if last and moves else moves
                found += [(number, stay.quantity) for number in keep]
        return sorted(found, key=lambda pair: -pair[0])

    def _lot_held(self, lines: Lines, code: str) -> None:
        known = self.bounds(code, INF)
        sure = self.certain(code, INF)
        left = None if known.total is None else max(0.0, known.total - self.used(code))
        spread = Spread(left, known, sure)
        rest = left
        for number, much in self._lot_moves(code, last=True):
            if rest is not None and rest <= 0:
                return
            take = rest if much is None else much if rest is None else min(rest, much)
            lines.much(self._holder(number), code, spread.of(take), self.world.acts[number].at)
            if much is None:
                return
            rest = None if rest is None or take is None else rest - take
            if left is None:
                rest = None
        if left is None and not self._lot_moves(code, last=True):
            lines.much(("", ""), code, None, self.since(code))
        elif rest is not None and rest > 0:
            lines.much(("", ""), code, spread.of(rest), self.since(code))

    def consignees(self) -> dict[tuple[str, str, str], list[float]]:
        """Return, for each holder and class, what was ever there after it was tainted."""
        lines = Lines()
        for code, level in self.carrying().items():
            since = self.since(code)
            if is_lot(code):
                self._lot_ever(lines, code, since)
                continue
            first: dict[tuple[str, str], int] = {}
            for number in sorted(self.world.moves(code)):
                if self.world.acts[number].at >= since:
                    first.setdefault(self._holder(number), self.world.acts[number].at)
            for holder, at in first.items():
                lines.add(holder, code, level, at)
        return lines.found

    def _lot_ever(self, lines: Lines, code: str, since: int) -> None:
        known = self.bounds(code, INF)
        spread = Spread(known.total, known, self.certain(code, INF))
        acts = self.world.acts
        per: dict[tuple[str, str], list[tuple[int, float | None]]] = defaultdict(list)
        for number, much in self._lot_moves(code, last=False):
            if acts[number].at >= since:
                per[self._holder(number)].append((acts[number].at, much))
        for holder, found in per.items():
            said = [much for _, much in found]
            whole = known.total if None in said else math.fsum(x for x in said if x is not None)
            if whole is not None and known.total is not None:
                whole = min(whole, known.total)
            lines.much(holder, code, spread.of(whole), min(at for at, _ in found))


@dataclass
class Spread:
    """How much of a part of a lot is tainted when so much of the whole is."""

    left: float | None
    known: Bounds
    sure: bool

    def of(self, much: float | None) -> tuple[float, float] | None:
        if much is None:
            return None
        if self.sure:
            return much, 0.0
        if self.left is None or self.known.total is None:
            return 0.0, much
        high = min(self.left, self.known.high)
        low = max(0.0, self.left - (self.known.total - self.known.low))
        least = max(0.0, much - (self.left - low))
        return least, max(0.0, min(much, high) - least)


class Lines:
    def __init__(self) -> None:
        self.found: dict[tuple[str, str, str], list[float]] = {}

    def _line(self, holder: tuple[str, str], code: str, at: int) -> list[float]:
        line = self.found.setdefault((*holder, item(code)), [0.0, 0.0, at, 0])
        line[2] = min(line[2], at)
        return line

    def add(self, holder: tuple[str, str], code: str, level: int, at: int) -> None:
        self._line(holder, code, at)[2 - level] += 1

    def much(
        self, holder: tuple[str, str], code: str, much: tuple[float, float] | None, at: int
    ) -> None:
        line = self._line(holder, code, at)
        if much is None:
            line[3] += 1
        else:
            line[0] += much[0]
            line[1] += much[1]
