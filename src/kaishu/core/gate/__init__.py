"""The gate before the check: a look costs nothing, a calculation or a wait; never a "no".

    gate = Gate(here(folder))
    ruling = gate.weigh(
        [Unit("A1263", "ARF4P60F20300001")],
        address="203.0.113.7",          # near.client_address reads it behind a proxy
        visitor="what the browser says of itself",
        at=time.time(),
        brought=Brought(pass_=…, proof=…, ticket=…, slow=…),   # from the question's address
    )
    if ruling.goes: …answer, or first send to the clean address with `ruling.pass_`…

A script that reads a private serial list needs many looks into one range; an owner needs a few.
So the price rises with the looks of a subnet *in one neighbourhood of serials* and with how hard
all subnets together press there; a quiet day, a crowd, a family and an office behind one address
pay nothing or a second. The highest price is minutes, and the slow lane needs no script at all.

The clock is passed in. Everything that is remembered is in one `Table` a machine; where its file
cannot be opened, each process counts alone: no fault of the gate may keep a person from an answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kaishu.core.gate import tokens
from kaishu.core.gate.bill import Bill, Keys, count, count_waits, draw_up
from kaishu.core.gate.near import client_address as client_address
from kaishu.core.gate.near import subnet_of as subnet_of
from kaishu.core.gate.proof import Altcha, Prover
from kaishu.core.gate.table import BUCKETS, Table
from kaishu.core.gate.table import here as here
from kaishu.core.gate.tokens import PASS, TICKET, Token
from kaishu.core.gate.values import A_DAY, AN_HOUR, PHONE_CORES
from kaishu.core.gate.values import Brought as Brought
from kaishu.core.gate.values import House as House
from kaishu.core.gate.values import Lane as Lane
from kaishu.core.gate.values import Ruling as Ruling
from kaishu.core.gate.values import Unit as Unit

QUIET = 0xFFFF  # the number of a wait that began while nothing pressed
UNDERPAID = 2  # a proof still counts when the price has at most doubled since
TICKET_LASTS = 2 * A_DAY


@dataclass(frozen=True, slots=True)
class Pressure:
    """What the gate ruled in this hour and the last, on this machine."""

    go: int
    prove: int
    slow: int
    pressed: int

    @property
    def share(self) -> float:
        """Return which part of the looks had to pay."""
        return (self.prove + self.slow) / max(1, self.go + self.prove + self.slow)


class Gate:
    """Weighs questions. One a process; all of a machine share the table at `path`."""

    def __init__(
        self,
        path: Path | None,
        *,
        secret: bytes | None = None,
        house: House | None = None,
        prover: Prover | None = None,
        buckets: int = BUCKETS,
        shares: bool = False,
    ) -> None:
        """Open the table. `secret` signs words that several doors or machines must read.

        Who knows the installation's secret `shares` it with this machine's other doors; who was
        given none signs with what was shared, else with this machine's own.
        """
        self.house = house or House()
        self.shared = path is not None
        try:
            self.table = Table(path, buckets=buckets)
        except OSError:
            self.table, self.shared = Table(None, buckets=buckets), False
        self._given = hashlib.sha256(b"gate secret" + secret).digest() if secret else b""
        if self._given and shares:
            self.table.share(self._given)
        self._key = Keys(hashlib.sha256(b"gate keys" + self.table.secret).digest())
        self._proves = (self._secret, prover or Altcha(self._secret))
        self._own_prover = prover is not None

    @property
    def _secret(self) -> bytes:
        return self._given or self.table.shared() or self.table.secret

    @property
    def _prover(self) -> Prover:
        """The prover of the secret in force: the main site may start after the edge."""
        secret = self._secret
        if secret != self._proves[0] and not self._own_prover:
            self._proves = (secret, Altcha(secret))
        return self._proves[1]

    def close(self) -> None:
        """Let go of the table."""
        self.table.close()

    def weigh(
        self,
        units: Sequence[Unit],
        *,
        address: str,
        visitor: str,
        at: float,
        brought: Brought | None = None,
    ) -> Ruling:
        """Say what this question costs now, and count it where it is answered.

        `units` have serials as the recall reads them; one that cannot be read tells nothing and
        stays away. A look-alike that the answer would suggest is a unit, too. Without an address
        (this machine itself, or a proxy that names nobody) nothing is weighed.
        """
        now, brought = int(at), brought or Brought()
        subnet = subnet_of(address)
        wanted = list(dict.fromkeys(unit for unit in units if unit.serial))
        if not subnet or not wanted:
            return Ruling(lane=Lane.GO, reason="no_serial" if subnet else "local")
        question = self._question(wanted)
        known = tokens.read(brought.pass_, self._secret, PASS, question)
        if known and now < known.issued + self.house.pass_lasts:
            return self._ruled(Ruling(lane=Lane.GO, reason="passed"), now)
        bill = draw_up(
            wanted,
            subnet=subnet,
            visitor=visitor,
            at=now,
            table=self.table,
            key=self._key,
            house=self.house,
        )
        return self._ruled(self._weighed(bill, question, brought, now), now, bill)

    def charge(self, units: Sequence[Unit], *, address: str, visitor: str, at: float) -> None:
        """Count looks that an answer gave on top: the look-alikes that it named."""
        subnet = subnet_of(address)
        if subnet and units:
            bill = draw_up(
                units,
                subnet=subnet,
                visitor=visitor,
                at=int(at),
                table=self.table,
                key=self._key,
                house=self.house,
            )
            count(bill, at=int(at), table=self.table)

    def pressure(self, at: float) -> Pressure:
        """Return how much the gate had to do in this hour and the last."""
        hours = (int(at) // AN_HOUR, int(at) // AN_HOUR - 1)
        sums = {
            name: sum(self.table.read(self._key("tally", name, h), at=int(at))[0] for h in hours)
            for name in (*Lane, "pressed")
        }
        return Pressure(sums[Lane.GO], sums[Lane.PROVE], sums[Lane.SLOW], sums["pressed"])

    def _weighed(self, bill: Bill, question: bytes, brought: Brought, at: int) -> Ruling:
        if bill.effort == 0:
            count(bill, at=at, table=self.table)
            return Ruling(lane=Lane.GO, reason=bill.reason)
        paid = 0
        if proven := self._prover.proven(brought.proof, question, at=at):
            spent = self._key("spent", proven.spent_as)
            if self.table.read(spent, at=at)[0]:  # the same question again: it tells nothing new
                return self._opened("proven", question, at)
            if bill.effort <= proven.effort * UNDERPAID:
                self.table.add(spent, until=at + A_DAY, at=at, first=1)
                count(bill, at=at, table=self.table)
                return self._opened("proven", question, at)
            paid = proven.effort
        ticket = tokens.read(brought.ticket, self._secret, TICKET, question)
        if ticket and at < ticket.issued + TICKET_LASTS:
            return self._waited(bill, ticket, brought.ticket, at)
        if brought.slow:
            return self._wait(bill, question, at)
        effort = bill.effort - paid
        return Ruling(
            lane=Lane.PROVE,
            reason=bill.reason,
            effort=effort,
            seconds=max(1, round(effort / PHONE_CORES)),
            challenge=self._prover.challenge(question, effort, paid=paid, at=at),
        )

    def _opened(self, reason: str, question: bytes, at: int) -> Ruling:
        word = tokens.sign(Token(PASS, at, 0, 0, question), self._secret)
        return Ruling(lane=Lane.GO, reason=reason, pass_=word)

    def _wait(self, bill: Bill, question: bytes, at: int) -> Ruling:
        """Begin a wait; in a pressed range it is counted now, or a script would begin thousands."""
        number = count_waits(bill, at=at, table=self.table) if bill.pressed else QUIET
        word = tokens.sign(Token(TICKET, at, number, 0, question), self._secret)
        seconds = self._seconds(bill, number)
        return Ruling(lane=Lane.SLOW, reason=bill.reason, seconds=seconds, ticket=word)

    def _waited(self, bill: Bill, ticket: Token, word: str, at: int) -> Ruling:
        """Answer a wait that is over; one of a quiet hour begins anew where it is pressed now."""
        if bill.pressed and ticket.number == QUIET:
            return self._wait(bill, ticket.question, at)
        left = ticket.issued + self._seconds(bill, ticket.number) - at
        if left > 0:
            return Ruling(lane=Lane.SLOW, reason=bill.reason, seconds=left, ticket=word)
        count(bill, at=at, table=self.table)
        return self._opened("waited", ticket.question, at)

    def _seconds(self, bill: Bill, number: int) -> int:
        if not bill.pressed:
            return self.house.slow_first * sum(line.price.effort > 0 for line in bill.lines)
        times: int = self.house.slow_times ** min(number, 12)
        return min(self.house.slow_pressed * times, TICKET_LASTS)

    def _question(self, units: Sequence[Unit]) -> bytes:
        text = "\n".join(sorted(f"{unit.model}\0{unit.serial}" for unit in units))
        return hashlib.blake2b(text.encode(), digest_size=12, key=self._secret[:32]).digest()

    def _ruled(self, ruling: Ruling, at: int, bill: Bill | None = None) -> Ruling:
        names = [ruling.lane.value, *(["pressed"] if bill and bill.pressed else [])]
        hour = at // AN_HOUR
        for name in names:
            key = self._key("tally", name, hour)
            self.table.add(key, until=(hour + 3) * AN_HOUR, at=at, first=1)
        return ruling


def visitor_of(agent: str, languages: str) -> str:
    """Return what a browser says of itself, in a few bytes; the gate keeps only a keyed hash."""
    return hashlib.blake2b(f"{agent}\0{languages}".encode(), digest_size=8).hexdigest()
