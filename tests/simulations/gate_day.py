"""One day before the gate: a script that reads a range, and people who want to know.

    python -m tests.simulations.gate_day        prints the table of docs/why/gate.md

Everything runs on a clock of its own. Proofs are not calculated but waited for, by what each device
can do; whoever attacks knows every rule of the gate.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from kaishu.core.gate import Brought, Gate, House, Lane, Ruling, Unit
from kaishu.core.gate.proof import Proven
from kaishu.core.gate.values import A_DAY, AN_HOUR

RANGE = 100_000
RANGES = 5  # a recall of half a million units; the script reads the first range
ATTACKED = 0
DAWN = 20_000 * A_DAY + House().day_starts
# Effort a second: an old phone, a phone, an office computer; one core of the script's machine.
OLD_PHONE, PHONE, OFFICE, CORE = 2.0, 4.0, 12.0, 4.0

Life = Generator[float, None, None]


class Trust:
    """A prover that believes whoever says that it has calculated; the caller does the waiting."""

    def challenge(self, question: bytes, effort: int, *, paid: int, at: int) -> str:
        return f"{question.hex()}|{effort + paid}|{at + 120 + 2 * effort}|{random.random()}"

    def proven(self, payload: str, question: bytes, *, at: int) -> Proven | None:
        if not payload:
            return None
        asked, effort, until, _no = payload.split("|")
        fits = asked == question.hex() and at < int(until)
        return Proven(int(effort), payload.encode()) if fits else None


@dataclass
class Person:
    """What became of one person's question."""

    who: str
    in_attacked: bool
    answered: bool = False
    waited: float = 0.0


@dataclass
class Day:
    """One day, its clock and what came of it."""

    gate: Gate
    dice: random.Random
    only_attacked: bool = False
    now: float = float(DAWN)
    people: list[Person] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    paid: float = 0.0
    _agenda: list[tuple[float, int, Life]] = field(default_factory=list)
    _count: int = 0

    def begin(self, hour: float, life: Life) -> None:
        """Let somebody's day begin so many hours after dawn."""
        self._plan(DAWN + hour * AN_HOUR, life)

    def run(self) -> None:
        """Let everybody live until the evening."""
        while self._agenda:
            self.now, _no, life = heapq.heappop(self._agenda)
            try:
                pause = next(life)
            except StopIteration:
                continue
            if self.now + pause < DAWN + A_DAY:
                self._plan(self.now + pause, life)

    def _plan(self, at: float, life: Life) -> None:
        self._count += 1
        heapq.heappush(self._agenda, (at, self._count, life))

    def weigh(self, units: list[str], subnet: int, visitor: str, brought: Brought) -> Ruling:
        """Ask the gate now."""
        address = f"{11 + subnet // 65536}.{subnet // 256 % 256}.{subnet % 256}.9"
        return self.gate.weigh(
            [Unit("K100", unit) for unit in units],
            address=address,
            visitor=visitor,
            at=self.now,
            brought=brought,
        )

    def serial(self, where: int | None = None) -> str:
        """Return a serial of a range; by default of the one the person's unit happens to be in."""
        if where is None:
            where = ATTACKED if self.only_attacked else self.dice.randrange(RANGES)
        return f"AK2{where:02d}{self.dice.randrange(RANGE):05d}"


def person(
    day: Day, who: str, units: list[str], *, subnet: int, speed: float, script: bool = True
) -> Life:
    """Ask, do what the gate wants, and read the answer."""
    me = Person(who, any(unit.startswith(f"AK2{ATTACKED:02d}") for unit in units))
    day.people.append(me)
    visitor = f"{who}{day.dice.randrange(40)}"  # people share phones of the same make
    since, brought = day.now, Brought()
    while not (ruling := day.weigh(units, subnet, visitor, brought)).goes:
        if ruling.lane is Lane.SLOW:
            brought = Brought(ticket=ruling.ticket)
            yield ruling.seconds
        elif script:
            brought = Brought(proof=ruling.challenge)
            yield ruling.effort / speed
        else:
            brought = Brought(slow=True)
            yield 1.0
    me.answered, me.waited = True, day.now - since


def family(day: Day, *, subnet: int, speed: float) -> Life:
    """Check five units one after another."""
    for _ in range(5):
        yield from person(day, "family", [day.serial()], subnet=subnet, speed=speed)
        yield 60.0


def hotline(day: Day, *, subnet: int, calls: int) -> Life:
    """Check what callers read out, all day, on the public page and from one office."""
    for _ in range(calls):
        yield from person(day, "hotline", [day.serial()], subnet=subnet, speed=OFFICE)
        yield 240.0


def shop(day: Day, *, subnet: int, where: int) -> Life:
    """Check a carton of 200 consecutive units in lists of twenty."""
    first = day.dice.randrange(RANGE - 200)
    for start in range(0, 200, 20):
        units = [f"AK2{where:02d}{first + start + n:05d}" for n in range(20)]
        yield from person(day, "shop", units, subnet=subnet, speed=OFFICE)
        yield 120.0


def crowd(day: Day, *, families: int = 300, shop_where: int = 1) -> None:
    """Let the honest come: 300 people behind one address, families, a hotline's office, a shop."""
    dice = day.dice
    for number in range(300):
        life = person(
            day,
            "behind one address",
            [day.serial()],
            subnet=1,
            speed=dice.choice([OLD_PHONE, PHONE, PHONE, OFFICE]),
            script=number % 50 != 0,  # two in a hundred have no script
        )
        day.begin(dice.uniform(5, 14), life)
    for number in range(families):
        day.begin(dice.uniform(3, 18), family(day, subnet=100 + number, speed=PHONE))
    for _ in range(3):
        day.begin(dice.uniform(5, 5.2), hotline(day, subnet=2, calls=60))
    day.begin(6, shop(day, subnet=3, where=shop_where))


@dataclass(frozen=True)
class Script:
    """Whoever wants to know which serials of the range are listed."""

    subnets: int = 50
    cores: float = 1.0
    serial_order: bool = False
    one_session: bool = False
    slow_lane: bool = True
    at_once: int = 1  # units in one question


def attack(day: Day, script: Script) -> None:
    """Let the script read, from dawn to dawn."""
    order = list(range(RANGE))
    if not script.serial_order:
        day.dice.shuffle(order)
    serials = iter(f"AK2{ATTACKED:02d}{number:05d}" for number in order)

    def question() -> list[str]:
        return [serial for _ in range(script.at_once) if (serial := next(serials, ""))]

    day.begin(0, _calculating(day, script, question))
    if script.slow_lane:
        for number in range(script.subnets):
            day.begin(0.01, _waiting(day, script, 60_000 + number, question))


def _session(day: Day, script: Script) -> str:
    return "one" if script.one_session else f"s{day.dice.random()}"


def _calculating(day: Day, script: Script, question: Callable[[], list[str]]) -> Life:
    """Take what is free on every subnet, then calculate without a pause."""
    number, units = 0, question()
    brought = Brought()
    while units:
        ruling = day.weigh(units, 60_000 + number % script.subnets, _session(day, script), brought)
        brought = Brought()
        if ruling.goes:
            day.read.update(units)
            units, number = question(), number + 1
            yield 0.0
        else:
            day.paid += ruling.effort
            brought = Brought(proof=ruling.challenge)
            yield ruling.effort / (CORE * max(script.cores, 1e-6))


def _waiting(day: Day, script: Script, subnet: int, question: Callable[[], list[str]]) -> Life:
    """Begin a wait every ten minutes, each on its own clock, as long as they end today."""
    while day.now < DAWN + A_DAY:
        if not (units := question()):
            return
        ruling = day.weigh(units, subnet, _session(day, script), Brought(slow=True))
        if ruling.goes:
            day.read.update(units)
            continue
        left = DAWN + A_DAY - day.now
        if ruling.seconds >= left:
            return
        day.begin((day.now - DAWN) / AN_HOUR, _ticket(day, script, subnet, units, ruling))
        yield 600.0


def _ticket(day: Day, script: Script, subnet: int, units: list[str], ruling: Ruling) -> Life:
    while not ruling.goes:
        yield float(ruling.seconds)
        brought = Brought(ticket=ruling.ticket)
        ruling = day.weigh(units, subnet, _session(day, script), brought)
    day.read.update(units)


def live(
    script: Script | None, *, seed: int = 1, only_attacked: bool = False, families: int = 300
) -> Day:
    """Live one day and return what came of it."""
    dice = random.Random(seed)
    gate = Gate(None, prover=Trust(), secret=b"of one day" * 4, buckets=1 << 14)
    day = Day(gate, dice, only_attacked=only_attacked)
    if script:
        attack(day, script)
    crowd(day, families=families, shop_where=ATTACKED if only_attacked else 1)
    day.run()
    return day


def told(day: Day) -> str:
    """Return one line of the table."""
    waits = sorted(each.waited for each in day.people)
    passed = sum(each.answered for each in day.people)
    none = sum(wait < 1 for wait in waits) / len(waits)
    long = sum(wait > 60 for wait in waits)
    who = max(day.people, key=lambda each: each.waited)
    return (
        f"read {len(day.read):6d} ({len(day.read) / RANGE:7.2%}), "
        f"{passed}/{len(day.people)} answered, {none:.0%} at once, {long} over a minute, "
        f"longest {who.waited:.0f} s ({who.who})"
    )


DAYS: dict[str, tuple[Script | None, bool]] = {
    "nobody attacks": (None, False),
    "nobody attacks, all in one range": (None, True),
    "one session, in order, no proofs": (Script(1, 0, True, True, False), False),
    "50 subnets, no proofs, waits": (Script(50, 0), False),
    "50 subnets, one core": (Script(), False),
    "the same, all people in that range": (Script(), True),
    "10 subnets, one core": (Script(10), False),
    "1 subnet, one core": (Script(1), False),
    "lists of twenty, one core": (Script(at_once=20), False),
    "four cores": (Script(cores=4), False),
    "32 cores": (Script(cores=32), False),
    "500 subnets, one core": (Script(500), False),
    "5,000 subnets, one core": (Script(5000), False),
}


def main() -> None:
    """Print the table."""
    import time

    for name, (script, only) in DAYS.items():
        began = time.process_time()
        day = live(script, only_attacked=only)
        print(f"{name:36s} {told(day)}  [{time.process_time() - began:.1f} s]")  # noqa: T201


if __name__ == "__main__":
    main()
