"""The mail of some seeds: a post office that refuses, delays, loses its line, and reports late."""

from __future__ import annotations

import email
import random
from collections import Counter
from collections.abc import Iterator

from kaishu.demo.simulator.engine import Differs
from kaishu.demo.simulator.treasury import Treasury
from kaishu.notices.bounces import bounced
from kaishu.notices.models import CallBack, Message
from kaishu.notices.sending import send_due
from kaishu.notices.smtp import Later, Post, Refused, Unreachable

REPORT = """\
From: <>
To: recall@localhost
Message-ID: <report-{number}@mail.example>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; owner@example.com
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: {name}

--b--
"""


class PostOffice(Post):
    """A mail server with bad days, and a memory of its own."""

    def __init__(self, seed: int) -> None:
        super().__init__(())
        self.dice = random.Random(f"post office {seed}")  # noqa: S311 (a story, not a secret)
        self.taken: Counter[str] = Counter()
        self.refused: set[str] = set()
        self.delayed: set[str] = set()
        self.returning: set[str] = set()  # a report is on its way
        self.reported: set[str] = set()
        self.addresses: Counter[str] = Counter()
        self.silent: dict[str, int] = {}  # address -> how many mails it may have had
        self.closed = False

    def send(self, *, sender: str, to: str, mail: bytes) -> None:
        """Take a mail, or say why not; whoever has a bad address has it for good."""
        name = str(email.message_from_bytes(mail)["Message-ID"]).strip()
        if sum(to.encode()) % 12 == 0:
            self.refused.add(name)
            raise Refused("address_unknown")
        if not self.closed and self.dice.random() < 0.08:
            self.delayed.add(name)
            raise self.dice.choice((Later, Unreachable))()
        self.delayed.discard(name)
        self.taken[name] += 1
        self.addresses[to] += 1

    def close(self) -> None:
        """Stay open: the next round comes."""


class Letters(Treasury):
    """Somebody carries the mail, where this seed has any."""

    office: PostOffice | None = None

    def open_post(self) -> None:
        """Let the mail go out every few days."""
        self.office = PostOffice(self.seed)
        self.later(self.carry, days=1, most=5)

    def carry(self) -> None:
        """Send what is due; some of what was taken comes back days later."""
        if self.office is None:
            return
        office = self.office
        self.do("mail", true=lambda: None, real=lambda: self._send(office))
        for name in sorted(set(office.taken) - office.returning):
            if office.dice.random() < 0.02:
                office.returning.add(name)
                self.later(self._report, office, name, most=3)
        self.later(self.carry, days=1, most=5)

    def _send(self, office: PostOffice) -> None:
        send_due(at=self.now, limit=10_000, post=office)

    def _report(self, office: PostOffice, name: str) -> None:
        office.reported.add(name)
        mail = REPORT.format(number=len(office.reported), name=name).encode()
        for _ in range(1 + self.chance(0.3)):
            self.do("bounce", true=lambda: None, real=lambda: bounced(mail=mail, at=self.now))

    def never_again(self, address: str) -> None:
        """Nothing more goes to somebody who is forgotten, but for the mail that says so."""
        if self.office is not None:
            self.office.silent.setdefault(address, self.office.addresses[address] + 1)

    def end_post(self) -> None:
        """Send the rest, and hold the outbox against what the post office did."""
        if self.office is None:
            return
        self.office.closed = True
        self._send(self.office)
        gone = {line.case for line in self.truth if line.forgotten}
        for found in _wrong_mail(self.office, gone):
            raise Differs(self.seed, self.day, found)


def _wrong_mail(office: PostOffice, gone: set[str]) -> Iterator[str]:
    """Yield what the outbox did wrong. Nobody calls the owners of `gone`: they are forgotten."""
    twice = [name for name, times in office.taken.items() if times > 1]
    if twice:
        yield f"{len(twice)} mails were handed over twice"
    for address, most in office.silent.items():
        if office.addresses[address] > most:
            yield f"{address} asked to be forgotten and had more mail"
    called = set(CallBack.objects.values_list("case_no", flat=True))
    columns = ("message_id", "state", "case_no")
    for name, state, case_no in Message.objects.order_by("id").values_list(*columns):
        mail = f"<{name}>"
        failed = mail in office.refused or mail in office.reported
        wanted = ("failed",) if failed else ("sent",) if office.taken[mail] else ("given_up",)
        if state not in wanted:
            yield f"a mail of {case_no}: true is {wanted[0]}, the outbox says {state}"
        if failed and case_no and case_no not in called | gone:
            yield f"a mail of {case_no} did not arrive, and nobody calls"
