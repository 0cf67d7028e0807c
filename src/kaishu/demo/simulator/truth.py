"""What is true in a simulated recall: who has which unit, and what was decided about it.

A plain model in plain Python. It imports nothing of the application, so a rule that is wrong
there is not wrong here in the same way. Every act either happens (and changes the model) or is
refused with `No`, which names the refusals that people may read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kaishu.demo.simulator.facts import RecallFacts
from kaishu.demo.simulator.things import HERE, Act, Line, No, Owing, Place, Thing

STEPS = {
    "approved": ("open", "asked"),
    "refused": ("open", "asked"),
    "asked": ("open", "asked"),
    "answered": ("asked",),
    "remedy_changed": ("open", "asked", "approved"),
    "withdrawn": ("open", "asked", "approved"),
    "reopened": ("open", "asked", "approved", "refused", "withdrawn"),
}
JUDGED = ("approved", "refused")
LEADS = {"answered": "open", "reopened": "open"}


class Truth:
    """Everything that is so, by recall."""

    def __init__(self, recalls: tuple[RecallFacts, ...]) -> None:
        self.recalls = {recall.slug: recall for recall in recalls}
        self.lines: dict[tuple[str, int], Line] = {}
        self.things: list[Thing] = []
        self.serials: dict[tuple[str, str], Thing] = {}
        self.counts: Counter[tuple[str, str, str, str, str]] = Counter()
        self.forms: dict[str, tuple[object, str]] = {}
        self.promised = 0

    # ------------------------------------------------------------------ units

    def shift(
        self, recall: str, model: str, pool: str, source: Place, target: Place, n: int = 1
    ) -> None:
        """Carry so many units of a kind from one place to another."""
        self.counts[recall, model, pool, *source] -= n
        self.counts[recall, model, pool, *target] += n

    def go(self, thing: Thing, account: str, party: str = "") -> None:
        """Carry one named unit to another place."""
        self.shift(thing.recall, thing.model, thing.pool, thing.place, (account, party))
        thing.place = (account, party)

    def unnamed(self, recall: str, model: str, pool: str, place: Place) -> int:
        """Count the units in a place that nobody has named."""
        named = sum(
            (each.recall, each.model, each.pool, each.place) == (recall, model, pool, place)
            for each in self.things
        )
        return self.counts[recall, model, pool, *place] - named

    def name(self, recall: str, model: str, *, serial: str = "", tag: str = "") -> Thing:
        """Return the unit with this name, or name one of those that are out there."""
        known = self.serials.get((recall, serial)) if serial else self.tagged(recall, tag)
        if known is not None:
            if known.model != model:
                raise No("serial_elsewhere")
            return known
        return self.add(Thing(recall, model, "consumer", serial, tag, ("at_large", "")))

    def add(self, thing: Thing) -> Thing:
        """Write a named unit down."""
        self.things.append(thing)
        if thing.serial:
            self.serials[thing.recall, thing.serial] = thing
        return thing

    def tagged(self, recall: str, tag: str) -> Thing | None:
        """Return the unit with this tag."""
        return next(
            (each for each in self.things if (each.recall, each.tag) == (recall, tag)), None
        )

    # ----------------------------------------------------------------- claims

    def form(self, key: str, body: object) -> str | None:
        """Return the case that this very form opened before; refuse it with another body."""
        before = self.forms.get(key)
        if before is None:
            return None
        if before[0] != body:
            raise No("claim_key_reused")
        return before[1]

    def claim(self, key: str, body: object, lines: list[Line]) -> None:
        """An owner claims units; who comes second is contested and moves nothing."""
        self.forms[key] = (body, lines[0].case)
        for line in lines:
            self.lines[line.case, line.no] = line
        for line in sorted(lines, key=lambda each: each.serial):
            if not line.recall.model(line.model).named or not line.serial:
                continue
            if not line.recall.lists(line.model, line.serial):
                continue
            line.thing = self.name(line.recall.slug, line.model, serial=line.serial)
            try:
                self.keep(line, line.thing)
            except No:
                line.contested = True

    def forget(self, case: str) -> None:
        """The owner of a case asks to be forgotten: what is owed stays, and never leaves."""
        for line in self:
            line.forgotten = line.forgotten or line.case == case

    def widen(self, recall: RecallFacts) -> None:
        """A new edition answers from now on; claims of before keep the terms of theirs."""
        before = self.recalls[recall.slug]
        for model in recall.models:
            more = model.units - before.model(model.code).units
            self.shift(
                recall.slug, model.code, "consumer", ("declared", ""), ("at_large", ""), more
            )
        self.recalls[recall.slug] = recall

    def keep(self, line: Line, thing: Thing) -> None:
        """Make a claim the keeper of a unit that nobody else is known to have."""
        if thing.place[0] != "at_large" or thing.keeper not in (None, line):
            raise No("unit_contested")
        self.go(thing, "owner")
        thing.keeper = line

    # -------------------------------------------------------------- decisions

    def decide(
        self, line: Line, kind: str, reason: str, by: str, *, seen: int, **facts: object
    ) -> bool:
        """Decide about a unit; False where this very decision was taken before."""
        act = Act(kind, reason, by, tuple(sorted(facts.items())))
        if seen == len(line.acts) - 1 and line.acts[-1] == act:
            return False
        if seen != len(line.acts):
            raise No("decision_conflict")
        self._second_look(line, kind, by)
        partial = (kind, reason, line.standing) == ("approved", "partial", "approved")
        if line.standing not in STEPS[kind] and not partial:
            raise No("decision_not_open")
        getattr(self, f"_{kind}", lambda *_: None)(line, act)
        if kind in JUDGED and not line.contested and not any(a.kind in JUDGED for a in line.acts):
            line.drawn = act  # in these stories everything is drawn
        line.acts.append(act)
        if kind != "remedy_changed":
            line.standing = LEADS.get(kind, kind)
        return True

    def opine(self, line: Line, by: str, answer: str) -> None:
        """A second person judges what was drawn, once, and nobody who decided anything there."""
        if line.second == (by, answer):
            return
        if by in {act.by for act in line.acts}:
            raise No("opinion_not_yours")
        if line.second is not None:
            raise No("opinion_taken")
        line.second = (by, answer)

    def settle_opinion(self, line: Line, by: str) -> None:
        """A third person says that both can stand, where two differ."""
        assert line.drawn is not None
        judge, answer = line.second or ("", "")
        if line.settled_by == by:
            return
        if by in (line.drawn.by, judge):
            raise No("opinion_not_yours")
        if line.settled_by or answer in ("", "passed", line.drawn.kind):
            raise No("opinion_settled")
        line.settled_by = by

    def _second_look(self, line: Line, kind: str, by: str) -> None:
        if kind == "reopened":
            judge = None
            for act in line.acts:
                if act.kind in ("approved", "refused"):
                    judge = act.by
                elif act.kind in ("reopened", "withdrawn"):
                    judge = None
            if judge == by:
                raise No("second_look_needed")
        if kind in ("approved", "refused"):
            said_no, objected = "", False
            for act in line.acts:
                if act.kind == "refused":
                    said_no, objected = act.by, False
                objected = objected or (act.reason == "owner_contests" and bool(said_no))
            if objected and said_no == by:
                raise No("second_look_needed")

    def _approved(self, line: Line, act: Act) -> None:
        changing = line.standing == "approved"
        code = str(dict(act.facts).get("remedy") or line.settled("remedy", line.remedy))
        if code not in line.recall.remedies:
            raise No("remedy_not_offered")
        if changing and line.alive("remedy", "sent", "paid"):
            raise No("remedy_left")
        if line.contested:
            raise No("unit_contested")
        serial = str(dict(act.facts).get("serial") or line.serial)
        self._may_have_unit(line, serial)
        awards = self._awards(line, act, code)
        self._have_unit(line, serial)
        self._replace(line, awards, code, close=changing)

    def _may_have_unit(self, line: Line, serial: str) -> None:
        """Refuse where the unit that this serial names is somebody else's."""
        named = line.recall.model(line.model).named and bool(serial)
        known = self.serials.get((line.recall.slug, serial)) if named else None
        if line.thing is None and known is not None:
            if known.model != line.model:
                raise No("serial_elsewhere")
            if known.place[0] != "at_large" or known.keeper:
                line.thing, line.contested = known, True
                raise No("unit_contested")
        other = line.thing is not None and named and known is not line.thing
        if other and (known is not None or (line.thing and line.thing.serial)):
            raise No("serial_elsewhere")

    def _have_unit(self, line: Line, serial: str) -> None:
        """Give an approved claim a unit of its own, and the unit its serial."""
        line.serial = serial
        serial = serial if line.recall.model(line.model).named else ""
        slug = line.recall.slug
        if line.thing is None:
            tag = "" if serial else line.tag
            line.thing = self.name(slug, line.model, serial=serial, tag=tag)
            self.keep(line, line.thing)
        elif serial and not line.thing.serial:
            line.thing.serial = serial
            self.serials[slug, serial] = line.thing

    def _awards(self, line: Line, act: Act, code: str) -> list[tuple[str, str, int]]:
        terms = line.recall.remedies[code]
        amount = terms.fixed
        if amount is None:
            paid = dict(act.facts).get("order_amount", line.settled("order_amount", line.amount))
            if not isinstance(paid, int) or paid <= 0:
                raise No("amount_missing")
            amount = paid + terms.plus
        if act.reason == "partial":
            part = dict(act.facts).get("amount")
            if not isinstance(part, int) or not 0 < part < amount:
                raise No("amount_wrong")
            amount = part
        awards = [("remedy", terms.commodity, amount)]
        here = line.thing is not None and not line.contested and line.thing.place[0] in HERE
        if terms.kit and not here and not line.alive("kit", "sent", "paid"):
            kit = terms.kit if line.condition == "intact" else "kit:pickup"
            awards.append(("kit", kit, 1))
        return awards

    def _replace(
        self, line: Line, awards: list[tuple[str, str, int]], terms: str, *, close: bool
    ) -> None:
        if close:
            for owing in line.alive("remedy", "owed") + line.alive("kit", "owed"):
                owing.place = "cost"
        for role, commodity, quantity in awards:
            self.promised += 1
            line.owing.append(Owing(self.promised, role, commodity, quantity, terms))

    def _remedy_changed(self, line: Line, act: Act) -> None:
        code = str(dict(act.facts).get("remedy", ""))
        if code not in line.recall.remedies:
            raise No("remedy_not_offered")
        if line.standing == "approved":
            if line.alive("remedy", "sent", "paid") or line.alive("kit", "sent", "paid"):
                raise No("remedy_left")
            awards = self._within_part(line, self._awards(line, act, code))
            self._replace(line, awards, code, close=True)

    def _within_part(
        self, line: Line, awards: list[tuple[str, str, int]]
    ) -> list[tuple[str, str, int]]:
        """What was approved in part stays a part: the same money, and never more of it."""
        approved = next(act for act in reversed(line.acts) if act.kind == "approved")
        if approved.reason != "partial":
            return awards
        part = dict(approved.facts)["amount"]
        assert isinstance(part, int)
        owed = {each.commodity.removeprefix("coupon:") for each in line.alive("remedy", "owed")}
        wanted = {name.removeprefix("coupon:") for role, name, _ in awards if role == "remedy"}
        if owed != wanted or any(name.startswith("sku:") for name in wanted):
            raise No("part_stands")
        return [(role, name, min(n, part) if role == "remedy" else n) for role, name, n in awards]

    def _withdrawn(self, line: Line, act: Act) -> None:
        if line.alive("remedy", "sent", "paid"):
            raise No("remedy_left")
        for owing in line.alive("remedy", "owed") + line.alive("kit", "owed"):
            owing.place = "waived"

    def _reopened(self, line: Line, act: Act) -> None:
        if line.alive("remedy", "sent", "paid"):
            raise No("remedy_left")
        self._replace(line, [], "", close=True)

    def change_holder(self, line: Line, by: str, *, seen: int) -> None:
        """Believe the one who came second: the first is contested from now on."""
        thing = line.thing
        if not line.contested or thing is None:
            raise No("decision_conflict")
        if seen != len(line.acts):
            raise No("decision_conflict")
        first = thing.keeper
        if first is not None and first.standing == "approved":
            raise No("unit_promised")
        if thing.place[0] not in ("at_large", "owner"):
            raise No("cannot_reverse" if first else "unit_contested")
        if first is None and thing.place[0] == "owner":
            raise No("unit_contested")
        for each in (line, first):
            if each is not None:
                each.acts.append(Act("reopened", "holder_changed", by))
                each.standing = "open"
        if first is not None:
            first.contested = True
            thing.keeper = None
            if thing.place[0] == "owner":
                self.go(thing, "at_large")
        line.contested = False
        self.keep(line, thing)

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines.values())
