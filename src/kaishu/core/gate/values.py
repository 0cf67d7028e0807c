"""What the gate is asked, what it answers, and the numbers of the house.

An *effort* is one second of one core of a cheap phone. A phone with eight slow cores does about
five in a second; one core of a desktop about four.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Lane(StrEnum):
    """What a look costs now: nothing, a calculation of the device, or a wait."""

    GO = "go"
    PROVE = "prove"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit that is looked at: the model, and the serial in the form the recall reads it."""

    model: str
    serial: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What the address of the question brings along; empty where nothing."""

    pass_: str = ""
    proof: str = ""
    ticket: str = ""
    slow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the gate says of one question.

    `reason` is a closed word: local, no_serial, free, passed, seen, proven, waited (go); share,
    run, visitor, subnet, rate (prove, slow). `effort` is for `prove`, `seconds` for `slow` and,
    with `prove`, what the calculation takes an ordinary phone. `pass_` is set once a proof or a
    wait was accepted: it opens this question to whoever has it, for a quarter of an hour.
    """

    lane: Lane
    reason: str
    effort: int = 0
    seconds: int = 0
    challenge: str = ""
    ticket: str = ""
    pass_: str = ""

    @property
    def goes(self) -> bool:
        """Say whether the question is answered now."""
        return self.lane is Lane.GO


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The numbers. docs/why/gate.md says what each is for and what an attack makes of them."""

    free: int = 2  # looks of one subnet in one range a day that never cost anything
    family: int = 5  # looks of one subnet in one range a day that do not press on it
    weight: int = 10  # how soon further looks of one subnet press less than others' would
    own: int = 40  # so many looks of one subnet in one range double its price
    pool: int = 100  # pressure of all subnets on one range that leaves the first price as it is
    step: int = 10  # so much more pressure doubles it
    first: int = 4  # effort: about a second of a phone
    most: int = 1200  # effort: the highest price of one look, whatever happens
    run: int = 8  # looks among a hundred consecutive serials a day before each further one costs
    crowd: int = 1000  # subnets in one range a day from which on it is a crowd
    visitor: int = 10  # looks of one visitor an hour
    subnet: int = 600  # looks of one subnet an hour
    rate: int = 60_000  # looks of everybody a minute
    slow_first: int = 10  # seconds of the slow lane on a quiet day
    slow_pressed: int = 300  # seconds of the slow lane in a range that is pressed
    slow_times: int = 5  # each further wait of one subnet there is so many times longer
    day_starts: int = 19 * 3600  # UTC: four in the morning in Japan, when few people ask
    pass_lasts: int = 900


A_DAY = 86_400
AN_HOUR = 3_600
A_MINUTE = 60
PHONE_CORES = 4  # what an ordinary phone does in a second, in effort
