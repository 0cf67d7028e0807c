"""What is true of parcels, depots, containers, shops and counts. Plain Python, like `truth`."""

from __future__ import annotations

from kaishu.demo.simulator.facts import RecallFacts
from kaishu.demo.simulator.things import BROUGHT, ENDS, Act, Box, Line, No, Scan, Thing
from kaishu.demo.simulator.truth import Truth

REASONS = {
    "ok": "unit_ok",
    "swollen": "unit_swollen",
    "hot": "unit_hot",
    "leaking": "unit_leaking",
    "wrong_item": "wrong_item",
    "empty": "parcel_empty",
    "contested": "contested_arrived",
}


class Yard(Truth):
    """The truth with everything that can be touched."""

    def __init__(self, recalls: tuple[RecallFacts, ...]) -> None:
        super().__init__(recalls)
        self.scan_keys: dict[tuple[str, str], tuple[str, int, str, str]] = {}
        self.scanned = 0

    # ---------------------------------------------------------- kits, parcels

    def kit(self, line: Line, tracking: str) -> None:
        """A return kit leaves."""
        if line.forgotten:
            raise No("person_forgotten")
        owed = line.alive("kit", "owed")
        if owed:
            owed[0].place = "sent"
            line.kits.append(tracking)
            return
        if tracking in line.kits:
            return
        if line.standing in ("withdrawn", "refused"):
            raise No("kit_withdrawn")
        if line.thing and not line.contested and line.thing.place[0] in ("depot", "recycler"):
            raise No("kit_arrived")
        if line.thing and not line.contested and line.thing.place[0] == "disposed":
            raise No("kit_arrived")
        raise No("kit_left_before" if line.kits else "kit_not_owed")

    def posted(self, line: Line, carrier: str) -> None:
        """A carrier takes the owner's parcel."""
        thing = self._own(line)
        if thing.place[0] != "owner":
            raise No("unit_moved", "route_closed")
        self.go(thing, "transit", carrier)

    def came_back(self, line: Line) -> None:
        """A carrier brings the parcel back; an owner whose claim stands needs a kit again."""
        thing = self._own(line)
        if thing.place[0] != "transit":
            raise No("parcel_not_on_way", "route_closed")
        self.go(thing, "owner")
        again = line.alive("kit", "waived")[:1] if line.standing == "approved" else []
        for owing in again:
            owing.place = "owed"

    def lost(self, line: Line) -> None:
        """A carrier loses the parcel: the unit is out there, still dangerous."""
        thing = self._own(line)
        if thing.place[0] != "transit":
            raise No("parcel_not_on_way", "route_closed")
        self.go(thing, "at_large")

    def _own(self, line: Line) -> Thing:
        if line.thing is None or line.contested:
            raise No("parcel_not_on_way")
        return line.thing

    # ------------------------------------------------------------------ scans

    def scan(
        self, line: Line, site: str, outcome: str, by: str, key: str, *, moved: bool = False
    ) -> Scan | None:
        """A parcel is opened at a depot; None where the same scan was made before."""
        said = (line.case, line.no, site, outcome)
        if self.scan_keys.get((by, key), said) != said:
            raise No("scan_key_reused")
        brought = outcome in BROUGHT
        if (by, key) in self.scan_keys or (brought and self._is_in(line, site)):
            return None
        if brought and line.contested:
            outcome, brought = "contested", False
        thing = line.thing if brought else None
        if brought:
            thing = self._arrives(line, site, moved)
        came_from = thing.place if thing else None
        self.scanned += 1
        scan = Scan(self.scanned, site, outcome, by, thing, came_from, len(line.acts) + 1)
        if thing is not None and thing.place != ("depot", site):
            if thing.box is not None:
                thing.box.things.remove(thing)
                thing.box = None
            self.go(thing, "depot", site)
        if outcome in ("wrong_item", "contested"):
            scan.stray = self._stray(line)
            self.go(scan.stray, "depot", site)
        self._settle(line, scan)
        line.scans.append(scan)
        self.scan_keys[by, key] = said
        line.acts.append(Act("inspected", REASONS[outcome], by))
        return scan

    def _is_in(self, line: Line, site: str) -> bool:
        thing = line.thing
        if thing is None:
            return False
        there = thing.place == ("depot", site) or thing.place[0] in ("recycler", *ENDS)
        return there and any(scan.thing is thing and not scan.undone for scan in line.scans)

    def _arrives(self, line: Line, site: str, moved: bool) -> Thing:
        thing = line.thing
        if thing is None:
            thing = self.name(line.recall.slug, line.model, tag=line.tag)
            line.thing = thing
        if thing.place[0] == "depot" and thing.place[1] != site:
            if not moved:
                raise No("lies_elsewhere")
            if thing.box is not None and thing.box.sealed:
                raise No("unit_sealed")
        if thing.place[0] in ENDS:
            raise No("unit_closed")
        if thing.place[0] == "recycler":
            raise No("route_closed")
        return thing

    def _stray(self, line: Line) -> Thing:
        tag = f"stray {line.case}-{line.no}-{len(line.scans) + 1}"
        return self.add(Thing(line.recall.slug, "stray", "stray", "", tag, ("declared", "")))

    def _settle(self, line: Line, scan: Scan) -> None:
        """A kit that came back is settled; once the unit is here, no other kit is owed."""
        for owing in line.alive("kit", "sent")[:1]:
            owing.place, scan.kit_settled = "paid", owing
        if scan.outcome in BROUGHT:
            scan.kits_declined = tuple(line.alive("kit", "owed"))
            for owing in scan.kits_declined:
                owing.place = "waived"

    def unscan(self, line: Line, scan: Scan, newest: Scan | None) -> None:
        """The depot takes its last scan back: everything is where it was before."""
        if scan.undone:
            return
        packed = [each for each in (scan.thing, scan.stray) if each is not None and each.box]
        if newest is not scan or len(line.acts) != scan.act or packed:
            raise No("scan_not_undone")
        lies = [each for each in (scan.thing, scan.stray) if each is not None]
        if any(each.place != ("depot", scan.site) for each in lies):
            raise No("cannot_reverse")
        for owing in scan.kits_declined:
            owing.place = "owed"
        if scan.kit_settled is not None:
            scan.kit_settled.place = "sent"
        if scan.thing is not None and scan.came_from not in (None, scan.thing.place):
            assert scan.came_from is not None
            self.go(scan.thing, *scan.came_from)
        if scan.stray is not None:
            self.go(scan.stray, "declared")
        scan.undone = True
        line.acts.append(Act("inspected", "scan_undone", scan.by))

    def newest_outcome(self, thing: Thing) -> str:
        """Return what the last scan of a unit said of it."""
        seen = [scan for line in self for scan in line.scans if scan.thing is thing]
        standing = [scan for scan in seen if not scan.undone]
        return max(standing, key=lambda scan: scan.number).outcome if standing else ""

    # ------------------------------------------------------------- containers

    def pack(self, box: Box, thing: Thing, outcome: str) -> None:
        """A unit goes into a container of the depot where it lies."""
        self._open(box)
        if thing.box is not None:
            if thing.box is not box:
                raise No("already_packed")
            return
        if (thing.recall, thing.place) != (box.recall, ("depot", box.site)):
            raise No("not_in_depot")
        if outcome in ("swollen", "hot", "leaking"):
            raise No("container_for_intact")
        box.things.append(thing)
        thing.box = box

    def seal(self, box: Box) -> None:
        """A seal goes on."""
        self._open(box)
        if not box.things and not box.stock:
            raise No("container_empty")
        box.sealed = True

    def hand_over(self, box: Box, recycler: str) -> None:
        """The recycler takes a container; a second paper changes nothing."""
        if box.gone:
            return
        if not box.things:
            raise No("container_empty")
        for thing in box.things:
            self.go(thing, "recycler", recycler)
        box.gone = True

    def certify(self, box: Box) -> None:
        """The recycler certifies everything in a container."""
        if not box.gone:
            raise No("container_not_handed_over")
        for thing in box.things:
            if thing.place[0] == "recycler":
                self.go(thing, "disposed")

    def _open(self, box: Box) -> None:
        if box.gone:
            raise No("container_closed")
        if box.sealed:
            raise No("container_sealed")

    # ------------------------------------------------------------ shops, counts

    def quarantine(self, recall: str, model: str, shop: str, quantity: int) -> None:
        """A shop takes counted stock off its shelves."""
        self._take(recall, model, ("unsold", shop), ("depot", shop), quantity)

    def ship(self, recall: str, model: str, shop: str, recycler: str, quantity: int) -> None:
        """A shop's back room hands counted stock to a recycler."""
        self._take(recall, model, ("depot", shop), ("recycler", recycler), quantity)

    def _take(
        self,
        recall: str,
        model: str,
        source: tuple[str, str],
        target: tuple[str, str],
        quantity: int,
    ) -> None:
        if self.unnamed(recall, model, "retailer", source) < quantity:
            raise No("too_little")
        self.shift(recall, model, "retailer", source, target, quantity)

    def count(
        self, recall: str, site: str, seen: list[Thing], unnamed: dict[tuple[str, str], int]
    ) -> None:
        """A depot counts: what is missing is out there again, what is too much came from there."""
        place = ("depot", site)
        for thing in self.things:
            if (thing.recall, thing.place) == (recall, place) and thing not in seen:
                if thing.box is not None:
                    thing.box.things.remove(thing)
                    thing.box = None
                self.go(thing, "at_large")
        kinds = {key[1:3] for key in self.counts if key[0] == recall and key[3:] == place}
        for model, pool in sorted(kinds | set(unnamed)):
            over = unnamed.get((model, pool), 0) - self.unnamed(recall, model, pool, place)
            if over:
                self.shift(recall, model, pool, ("at_large", ""), place, over)
