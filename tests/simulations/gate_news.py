"""The half hour after the news: thousands of people behind a few carriers, and a script among them.

    python -m tests.simulations.gate_news      prints the table of docs/why/gate.md

Phones share a carrier's addresses, so each network of it looks to the gate like one large office.
The script has read since dawn: the range is pressed when the people come.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from kaishu.core.gate import Gate
from tests.simulations.gate_day import (
    ATTACKED,
    OFFICE,
    OLD_PHONE,
    PHONE,
    Day,
    Script,
    Trust,
    attack,
    person,
)

WITH, WITHOUT = "with a script", "without"
NEWS, HALF_AN_HOUR = 8.0, 0.5  # hours after dawn


@dataclass(frozen=True)
class News:
    """Who comes, by which networks. `pressed`: which part has a unit in the attacked range."""

    people: int = 4000
    carriers: int = 40  # networks (/24) that phones come through
    homes: int = 0  # people at home, each on a network of their own
    pressed: float = 0.2
    script: Script | None = field(default_factory=Script)


def live(news: News, *, seed: int = 1) -> Day:
    """Live the day and return what came of it."""
    dice = random.Random(seed)
    day = Day(Gate(None, prover=Trust(), secret=b"of one day" * 4, buckets=1 << 15), dice)
    if news.script:
        attack(day, news.script)
    for number in range(news.people):
        at_home = number < news.homes
        where = ATTACKED if dice.random() < news.pressed else dice.randrange(1, 5)
        life = person(
            day,
            WITH if number % 50 else WITHOUT,  # two in a hundred have no script
            [day.serial(where)],
            subnet=1000 + number if at_home else number % news.carriers,
            speed=dice.choice([OLD_PHONE, PHONE, PHONE, OFFICE if at_home else PHONE]),
            script=number % 50 != 0,
        )
        # Most come at once, the rest trickle in: the square of an even draw.
        day.begin(NEWS + HALF_AN_HOUR * dice.random() ** 2, life)
    day.run()
    return day


def told(day: Day) -> str:
    """Return one line of the table: who waited how long."""
    parts = {
        "attacked range": [p for p in day.people if p.in_attacked and p.who == WITH],
        "elsewhere": [p for p in day.people if not p.in_attacked and p.who == WITH],
        "no script": [p for p in day.people if p.who == WITHOUT],
    }
    lines = [f"read {len(day.read)}"]
    for name, people in parts.items():
        waits = sorted(each.waited for each in people if each.answered)
        if waits:
            half, most = waits[len(waits) // 2], waits[int(len(waits) * 0.95)]
            lines.append(
                f"{name}: {len(people)} people, at once {sum(w < 1 for w in waits) / len(people):.0%}, "
                f"half within {half:.0f} s, 95 % within {most:.0f} s, longest {waits[-1]:.0f} s, "
                f"not answered that day {len(people) - len(waits)}"
            )
    return "; ".join(lines)


DAYS = {
    "no script": News(script=None),
    "50 networks read the range": News(),
    "all people in that range": News(pressed=1.0),
    "half of them at home": News(homes=2000),
    "8 carrier networks": News(carriers=8),
}


def main() -> None:
    """Print the table."""
    for name, news in DAYS.items():
        print(f"{name}: {told(live(news))}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
