"""The bill of one question: each unit that this subnet did not ask about today, and its price."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from kaishu.core.gate.near import range_of, run_of
from kaishu.core.gate.price import Counts, Price, price
from kaishu.core.gate.table import Table
from kaishu.core.gate.values import A_DAY, A_MINUTE, AN_HOUR, House, Unit

FREE = Price(0, "seen", presses=False, pressed=False)


@dataclass(frozen=True, slots=True)
class Line:
    """One unit of a bill: its price, and the rows that it will count in."""

    price: Price
    seen: int
    share: int
    range: int
    run: int


@dataclass(frozen=True, slots=True)
class Bill:
    """What a question costs. `waits` is how many waits of this subnet there went before."""

    lines: tuple[Line, ...]
    everywhere: tuple[tuple[int, int], ...]
    day_ends: int
    waits: int

    @property
    def effort(self) -> int:
        """Return the whole price."""
        return sum(line.price.effort for line in self.lines)

    @property
    def reason(self) -> str:
        """Return why the dearest line costs what it costs."""
        return max((line.price for line in self.lines), key=lambda p: p.effort, default=FREE).reason

    @property
    def pressed(self) -> list[Line]:
        """Return the lines in ranges that are pressed now."""
        return [line for line in self.lines if line.price.pressed]


class Keys:
    """Makes the keys of one machine's table: eight bytes of a keyed hash."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret[:32]

    def __call__(self, *parts: object) -> int:
        """Return the key of these words."""
        text = "\0".join(map(str, parts)).encode()
        digest = hashlib.blake2b(text, digest_size=8, key=self._secret).digest()
        return int.from_bytes(digest, "little") | 1


def draw_up(
    units: Iterable[Unit],
    *,
    subnet: str,
    visitor: str,
    at: int,
    table: Table,
    key: Keys,
    house: House,
) -> Bill:
    """Return the bill, each unit counted on top of the ones before it in the same question."""
    day = (at - house.day_starts) // A_DAY
    hour, minute = at // AN_HOUR, at // A_MINUTE
    everywhere = (
        (key("visitor", hour, subnet, visitor), (hour + 1) * AN_HOUR),
        (key("subnet", hour, subnet), (hour + 1) * AN_HOUR),
        (key("rate", minute), (minute + 1) * A_MINUTE),
    )
    before = [table.read(one, at=at)[0] for one, _until in everywhere]
    lines: list[Line] = []
    mine: Counter[int] = Counter()
    waits = 0
    for unit in units:
        seen = key("seen", day, subnet, unit.model, unit.serial)
        if table.read(seen, at=at)[0]:
            continue
        share = key("share", day, subnet, range_of(unit.serial))
        near = key("range", day, range_of(unit.serial))
        run = key("run", day, run_of(unit.serial))
        looks, waited = table.read(share, at=at)
        pressure, subnets = table.read(near, at=at)
        counts = Counts(
            share=looks + mine[share],
            pressure=pressure + mine[near],
            subnets=subnets,
            run=table.read(run, at=at)[0] + mine[run],
            visitor=before[0] + len(lines),
            subnet=before[1] + len(lines),
            rate=before[2] + len(lines),
        )
        line = Line(price(counts, house), seen, share, near, run)
        mine.update([share, run, *([near] if line.price.presses else [])])
        lines.append(line)
        waits = max(waits, waited)
    return Bill(tuple(lines), everywhere, (day + 1) * A_DAY + house.day_starts, waits)


def count(bill: Bill, *, at: int, table: Table) -> None:
    """Write the looks of a bill into the table."""
    with table.held():
        for line in bill.lines:
            table.add(line.seen, until=bill.day_ends, at=at, first=1)
            table.add(line.run, until=bill.day_ends, at=at, first=1)
            looks = table.add(line.share, until=bill.day_ends, at=at, first=1)[0]
            new, more = int(looks == 1), int(line.price.presses)
            if new or more:
                table.add(line.range, until=bill.day_ends, at=at, first=more, second=new)
        if bill.lines:
            for one, until in bill.everywhere:
                table.add(one, until=until, at=at, first=len(bill.lines))


def count_waits(bill: Bill, *, at: int, table: Table) -> int:
    """Count the waits in pressed ranges when they begin; return the number of the last one."""
    for line in bill.pressed:
        table.add(line.share, until=bill.day_ends, at=at, second=1)
    return bill.waits + len(bill.pressed) - 1
