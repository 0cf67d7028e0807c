"""Kits, carriers, depots and recyclers, with everything that goes wrong between them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kaishu.books.models import Unit
from kaishu.demo.simulator.facts import CARRIER, RECALLS, RECYCLER, SITES
from kaishu.demo.simulator.owners import Owners
from kaishu.demo.simulator.things import Box, Line, Scan, Thing
from kaishu.returns import actions as returns
from kaishu.returns.models import Container

BENCH = ("sora", "umi")
OUTCOMES = ("ok",) * 8 + ("swollen", "hot", "leaking", "wrong_item", "empty")


class Depots(Owners):
    """What moves units from hand to hand."""

    boxes: list[tuple[Box, int]]
    newest: dict[tuple[str, str], tuple[Line, Scan, int]]
    taken_back = 0.12  # the share of scans that somebody takes back

    def open_depots(self) -> None:
        """Let the depots, the recycler and the shop begin their weeks."""
        self.boxes, self.newest = [], {}
        for site in SITES:
            self.later(self.pack_day, site, days=6, most=9)
            self.later(self.count_day, site, days=20, most=35)

    def approved(self, line: Line) -> None:
        """Send the kit some days after the approval."""
        super().approved(line)
        self.later(lambda: self.send_kit(line), days=0.2, most=5)

    def send_kit(self, line: Line) -> None:
        """A kit leaves; some are sent twice by mistake."""
        tracking = f"K{self.number()}"
        for _ in range(1 + self.chance(0.08)):
            self.do(
                f"kit {line}",
                true=lambda: self.truth.kit(line, tracking),
                real=lambda: returns.send_kit(
                    claim_unit_id=self.unit_id(line),
                    tracking=tracking,
                    by="mika",
                    at=self.now,
                    key=tracking,
                ),
            )
        if self.chance(0.85):
            self.later(lambda: self.post(line), days=1, most=10)

    # --------------------------------------------------------------- carriers

    def post(self, line: Line) -> None:
        """The owner posts the parcel; carriers tell late, and some tell twice."""
        key = f"post-{self.number()}"
        before = self.now - timedelta(hours=self.dice.randrange(30))
        if self.chance(0.9):
            done = self.do(
                f"post {line}",
                true=lambda: self.truth.posted(line, CARRIER),
                real=lambda: returns.parcel_sent(
                    carrier=CARRIER, happened_at=before, **self._parcel(line, key)
                ),
            )
            if done and self.chance(0.1):
                self.do(
                    f"post-again {line}",
                    true=lambda: None,
                    real=lambda: returns.parcel_sent(
                        carrier=CARRIER, happened_at=before, **self._parcel(line, key)
                    ),
                )
        roll = self.dice.random()
        if roll < 0.07:
            self.later(lambda: self.lose(line), days=1, most=9)
        elif roll < 0.13:
            self.later(lambda: self.bring_back(line), days=1, most=6)
        if roll > 0.05:
            self.later(lambda: self.arrive(line), days=1, most=6)

    def lose(self, line: Line) -> None:
        """A parcel is lost; some turn up weeks later."""
        key = f"lost-{self.number()}"
        self.do(
            f"lose {line}",
            true=lambda: self.truth.lost(line),
            real=lambda: returns.lose_parcel(**self._parcel(line, key)),
        )
        if self.chance(0.4):
            self.later(lambda: self.arrive(line), days=9, most=30)

    def bring_back(self, line: Line) -> None:
        """The carrier brings a parcel back to its owner."""
        key = f"back-{self.number()}"
        self.do(
            f"return {line}",
            true=lambda: self.truth.came_back(line),
            real=lambda: returns.parcel_returned(**self._parcel(line, key)),
        )
        self.later(lambda: self.send_kit(line), days=1, most=5)

    def _parcel(self, line: Line, key: str) -> dict[str, Any]:
        case = {"case_no": line.case, "unit_no": line.no}
        return {**case, "by": "carrier", "at": self.now, "key": key}

    # ------------------------------------------------------------------ scans

    def arrive(self, line: Line) -> None:
        """A parcel is opened; some are scanned twice, at the wrong depot, or taken back."""
        site, by = self.dice.choice(SITES), self.dice.choice(BENCH)
        outcome, key = self.dice.choice(OUTCOMES), f"scan-{self.number()}"
        moved = self.chance(0.5)
        self.scan(line, site, outcome, by, key, moved=moved)
        if self.chance(0.12):
            self.scan(line, site, outcome, by, key, moved=moved)
        if self.chance(0.06):
            self.scan(line, self.dice.choice(SITES), outcome, by, key, moved=moved)
        if self.chance(0.1):
            again = f"scan-{self.number()}"
            self.later(lambda: self.scan(line, site, "ok", by, again, moved=True), most=4)
        if self.chance(self.taken_back):
            self.later(lambda: self.undo(site, by), most=0.05)
        if outcome in ("wrong_item", "empty") and self.chance(0.6):
            self.later(lambda: self.arrive(line), days=3, most=15)

    def scan(self, line: Line, site: str, outcome: str, by: str, key: str, *, moved: bool) -> None:
        """Scan one parcel."""
        done = self.do(
            f"scan {line} {site} {outcome}",
            true=lambda: self.truth.scan(line, site, outcome, by, key, moved=moved),
            real=lambda: returns.scan_parcel(
                site=site,
                outcome=outcome,
                transferred=moved,
                **{**self._parcel(line, key), "by": by},
            ),
        )
        if done is not None and done.true is not None:
            self.newest[site, by] = (line, done.true, done.real.scan_id)

    def undo(self, site: str, by: str) -> None:
        """Somebody takes their last scan back; once more changes nothing."""
        if (site, by) not in self.newest:
            return
        line, scan, number = self.newest[site, by]
        for _ in range(1 + self.chance(0.3)):
            self.do(
                f"undo {line}",
                true=lambda: self.truth.unscan(line, scan, self._last_scan(site, by)),
                real=lambda: returns.undo_scan(scan_id=number, by=by, at=self.now),
            )
        if self.chance(0.5):
            key = f"scan-{self.number()}"
            self.later(lambda: self.scan(line, site, "ok", by, key, moved=True), most=9)

    def _last_scan(self, site: str, by: str) -> Scan | None:
        scans = [scan for line in self.truth for scan in line.scans]
        mine = [scan for scan in scans if (scan.site, scan.by, scan.undone) == (site, by, False)]
        return max(mine, key=lambda scan: scan.number, default=None)

    # ------------------------------------------------------------- containers

    def pack_day(self, site: str) -> None:
        """Pack what lies here, hand it to the recycler, and have it certified later."""
        for recall in RECALLS:
            here = [
                thing
                for thing in self.truth.things
                if thing.recall == recall.slug and thing.place == ("depot", site)
            ]
            if here and self.chance(0.8):
                self._pack(recall.slug, site, here)
        self.later(lambda: self.pack_day(site), days=6, most=9)

    def _pack(self, slug: str, site: str, here: list[Thing]) -> None:
        number = f"C-{self.number()}"
        given = returns.open_container(
            recall_id=self.recalls[slug],
            number=number,
            site=site,
            recycler=RECYCLER,
            by="sora",
            at=self.now,
        )
        box = Box(number, slug, site)
        for thing in here:
            if self.chance(0.8):
                self._put(box, given, thing)
        self.later(lambda: self.hand_over(box, given.id), most=4)

    def _put(self, box: Box, given: Container, thing: Thing) -> None:
        name = {"tag": thing.tag} if thing.tag else {"serial": thing.serial}
        unit = Unit.objects.get(recall_id=self.recalls[thing.recall], **name)
        for _ in range(1 + self.chance(0.05)):
            self.do(
                f"pack {thing}",
                true=lambda: self.truth.pack(box, thing, self.truth.newest_outcome(thing)),
                real=lambda: returns.put_in_container(container_id=given.id, unit_id=unit.id),
            )

    def hand_over(self, box: Box, number: int) -> None:
        """The recycler's driver takes a container; some papers are typed in twice."""
        if self.chance(0.5):
            self.do(
                f"seal {box.number}",
                true=lambda: self.truth.seal(box),
                real=lambda: returns.seal_container(
                    container_id=number, seal_no=f"S{box.number[2:]}", by="sora", at=self.now
                ),
            )
        if self.chance(0.1):
            self._certify(box, number)  # before it left: refused
        for _ in range(1 + self.chance(0.1)):
            self.do(
                f"hand-over {box.number}",
                true=lambda: self.truth.hand_over(box, RECYCLER),
                real=lambda: returns.hand_over(container_id=number, by="sora", at=self.now),
            )
        self.later(lambda: self._certify(box, number), days=2, most=20)

    def _certify(self, box: Box, number: int) -> None:
        for _ in range(1 + self.chance(0.1)):
            self.do(
                f"certify {box.number}",
                true=lambda: self.truth.certify(box),
                real=lambda: returns.certify(
                    container_id=number,
                    certificate_no=f"CERT-{box.number}",
                    issued_on=self.now.date(),
                    by="mori",
                    at=self.now,
                ),
            )

    # ----------------------------------------------------------------- counts

    def count_day(self, site: str) -> None:
        """A depot counts what is there: some units are missing, some were never booked."""
        recall = self.dice.choice(RECALLS)
        number = self.recalls[recall.slug]
        place = ("depot", site)
        seen = [
            thing
            for thing in self.truth.things
            if (thing.recall, thing.place) == (recall.slug, place) and self.chance(0.9)
        ]
        over = {("M100", "consumer"): self.dice.choice((0, 0, 1, 2))}

        def count() -> None:
            made = returns.open_stocktake(recall_id=number, site=site, by="sora", at=self.now)
            for thing in seen:
                name = {"tag": thing.tag} if thing.tag else {"serial": thing.serial}
                unit = Unit.objects.get(recall_id=number, **name)
                returns.count_unit(stocktake_id=made.id, unit_id=unit.id, by="sora", at=self.now)
            for (product, pool), counted in over.items():
                returns.count_number(
                    stocktake_id=made.id, product=product, pool=pool, counted=counted, by="sora"
                )
            returns.close_count(stocktake_id=made.id, by="sora", at=self.now)
            returns.post_count(stocktake_id=made.id, by="umi", at=self.now)

        self.do(
            f"count {recall.slug} {site}",
            true=lambda: self.truth.count(recall.slug, site, seen, over),
            real=count,
        )
        self.later(lambda: self.count_day(site), days=20, most=35)
