"""The clock, the dice and the one way in which every act is done and held against the truth."""

from __future__ import annotations

import hashlib
import heapq
import random
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from kaishu.claims.models import ClaimUnit
from kaishu.core.errors import Refusal
from kaishu.demo.simulator.compare import at_the_bank, audits, differences
from kaishu.demo.simulator.facts import RECALLS
from kaishu.demo.simulator.purse import Bank, Purse
from kaishu.demo.simulator.rooms import bank_file
from kaishu.demo.simulator.things import Line, No

# A leap day, the ends of months, both changes of the clocks where owners live, a year's end.
STARTS = (
    datetime(2024, 2, 12, tzinfo=UTC),
    datetime(2025, 12, 10, tzinfo=UTC),
    datetime(2026, 3, 1, tzinfo=UTC),
    datetime(2026, 10, 18, tzinfo=UTC),
    datetime(2027, 6, 20, tzinfo=UTC),
)
# Moments that software gets wrong, as hour, minute, second: the clocks change, days and months end.
ODD_HOURS = ((23, 59, 59), (0, 0, 0), (7, 30, 0), (14, 59, 59), (15, 0, 0), (9, 59, 59))
COMPARE_EVERY = 14


class Differs(Exception):
    """The application and the truth went different ways; names the seed, the day and the unit."""

    def __init__(self, seed: int, day: int, what: str) -> None:
        super().__init__(f"seed {seed}, day {day}: {what}")
        self.seed, self.day, self.what = seed, day, what


class Done(NamedTuple):
    """What the truth and the application answered to an act that both did."""

    true: Any
    real: Any


@dataclass(order=True, slots=True)
class Due:
    """Something that will happen."""

    at: datetime
    number: int
    act: Callable[[], object] = field(compare=False)


class Engine:
    """One simulated time: what is due happens in order, each act for real and in the truth."""

    def __init__(self, *, seed: int, days: int, recalls: Mapping[str, int]) -> None:
        self.seed, self.days, self.recalls = seed, days, recalls
        self.dice = random.Random(seed)  # noqa: S311 (a story, not a secret)
        self.start = self.dice.choice(STARTS) + timedelta(hours=self.dice.randrange(24))
        self.now = self.start
        self.truth = Purse(RECALLS)
        self.bank = Bank(bank_file())
        self.agenda: list[Due] = []
        self.ids: dict[tuple[str, int], int] = {}
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.hash = hashlib.sha256(f"seed {seed}".encode())
        self.numbers = 0

    @property
    def day(self) -> int:
        """Count the days since the start."""
        return (self.now - self.start).days

    def number(self) -> int:
        """Return a fresh number, for keys."""
        self.numbers += 1
        return self.numbers

    def later(
        self, act: Callable[..., object], *about: object, days: float = 0, most: float = 0
    ) -> None:
        """Let something happen in so many days, or at most so many; sometimes at an odd hour."""
        at = self.now + timedelta(days=self.dice.uniform(days, max(days, most)))
        if self.dice.random() < 0.1:
            hour, minute, second = self.dice.choice(ODD_HOURS)
            at = max(self.now, at.replace(hour=hour, minute=minute, second=second))
        heapq.heappush(self.agenda, Due(at, self.number(), partial(act, *about)))

    def chance(self, share: float) -> bool:
        """Roll the dice."""
        return self.dice.random() < share

    def do(
        self, what: str, *, true: Callable[[], object], real: Callable[[], object]
    ) -> Done | None:
        """Do one thing in the truth and for real; both must agree whether it may be done.

        Returns both answers, None where it was refused.
        """
        answer: object = None
        said = ""
        allowed: tuple[str, ...] = ("",)
        try:
            answer = true()
        except No as no:
            allowed = no.codes
        try:
            given = real()
        except Refusal as refusal:
            said, given = refusal.code, None
        except Exception as crash:
            where = traceback.extract_tb(crash.__traceback__)[-1]
            problem = f"{what}: {crash!r} in {where.name} ({where.lineno})"
            raise Differs(self.seed, self.day, problem) from crash
        self._trace(what, said)
        if said not in allowed:
            wanted = " or ".join(code or "done" for code in allowed)
            raise Differs(self.seed, self.day, f"{what}: true is {wanted}, got {said or 'done'}")
        return Done(answer, given) if not said else None

    def run(self) -> None:
        """Let the time pass, hold the books against the truth on the way and at the end."""
        ends, compared = self.start + timedelta(days=self.days), 0
        while self.agenda and self.agenda[0].at <= ends:
            due = heapq.heappop(self.agenda)
            self.now = due.at
            if self.day >= compared + COMPARE_EVERY:
                self.compare()
                compared = self.day
            due.act()
        self.now = max(self.now, ends)

    def compare(self, *, whole: bool = False) -> None:
        """Raise Differs for the first difference between the books and the truth."""
        for found in differences(self.truth, self.recalls):
            raise Differs(self.seed, self.day, found)
        for found in at_the_bank(self.truth, self.bank):
            raise Differs(self.seed, self.day, found)
        if whole:
            for found in audits():
                raise Differs(self.seed, self.day, found)

    def unit_id(self, line: Line) -> int:
        """Return the number of a claim unit in the application."""
        key = (line.case, line.no)
        if key not in self.ids:
            rows = ClaimUnit.objects.filter(claim__case_no=line.case)
            for number, unit_no in rows.values_list("id", "unit_no"):
                self.ids[line.case, unit_no] = number
        return self.ids[key]

    def some_line(self) -> Line | None:
        """Return one of the claims so far, mostly a young one."""
        lines = list(self.truth.lines.values())
        if not lines:
            return None
        return self.dice.choice(lines[-12:] if self.chance(0.7) else lines)

    def _trace(self, what: str, said: str) -> None:
        word = what.split(" ", 1)[0]
        self.done[word] += 1
        if said:
            self.refused[f"{word} {said}"] += 1
        self.hash.update(f"{self.now.isoformat()} {what} {said}\n".encode())
