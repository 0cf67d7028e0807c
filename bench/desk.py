"""Time the reviewers' desk on a full database: queue page, counts, case page and decision.

    python -m bench.desk [--claims 20000] [--decisions 30] [--rounds 5]

Beside them stands a bare count of the waiting claims from the index, in the same rounds, and how
much of each median this process worked: on PostgreSQL without what the server does. Every
page is read: a queue that shows another number than there is, or a decision that does not stick,
stops the run.
"""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import common, desk_rows, installation, published

GOAL_MS = 150
QUEUE = "/staff/claims/?queue=to_review"


class Desk:
    """A reviewer's browser over one database."""

    def __init__(self, alias: str, name: str, waiting: int) -> None:
        self.alias, self.name, self.waiting = alias, name, waiting
        self.slowest: list[float] = []
        self.busy: dict[str, list[float]] = {}
        self.client: Any = None
        self.decided = 0

    def sign_in(self) -> None:
        """Make the reviewer and their session, with the second step behind them."""
        import logging

        from django.contrib.auth.models import User
        from django.test import Client

        from kaishu.base import clock
        from kaishu.base.access.models import SignIn
        from kaishu.base.access.sign_ins import SESSION_KEY
        from kaishu.base.roles import Role, give

        logging.getLogger("kaishu").setLevel(logging.ERROR)
        user = User.objects.create_user("mika")
        give(user, Role.REVIEWER)
        self.client = Client()
        self.client.force_login(user)
        now, number = clock.now(), "b" * 32
        times = {"started_at": now, "seen_at": now, "proved_at": now}
        SignIn.objects.create(user=user, number=number, step="code", **times)
        session = self.client.session
        session[SESSION_KEY] = number
        session.save()

    def timed(self, what: str, work: Callable[[], object]) -> float:
        """Return how many milliseconds a piece of work takes on this database; keep our CPU's."""
        with installation.as_default(self.alias):
            before = time.process_time()
            taken = common.seconds(work) * 1000
            self.busy.setdefault(what, []).append((time.process_time() - before) * 1000)
            return taken

    def bare_count(self) -> None:
        """Count the waiting claims with one statement."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM claims_claimunit WHERE standing = 'open' AND NOT contested"
            )
            assert cursor.fetchone()[0] == self.waiting - self.decided

    def counts(self) -> None:
        """Count every queue that is counted on each page."""
        from kaishu.doors.console import queues

        found = queues.counts("to_review")["to_review"]
        assert found is not None
        assert found[0] == self.waiting - self.decided

    def queue_page(self) -> None:
        """Open the queue."""
        page = self.client.get(QUEUE)
        shown = re.search(
            r'aria-current="page"><span>.*?</span> <b>([\d,]+)', page.content.decode()
        )
        assert shown and int(shown[1].replace(",", "")) == self.waiting - self.decided

    def filtered_page(self) -> None:
        """Open the queue with a filter over columns and files."""
        page = self.client.get(f"{QUEUE}&product={published.MODEL}&evidence=no&age=overdue")
        assert page.status_code == 200

    def case_page(self) -> None:
        """Open the claim that is handed out next."""
        self.opened = self.client.post("/staff/review/next/").headers["Location"]
        assert self.client.get(self.opened).status_code == 200

    def decide(self) -> None:
        """Approve the opened claim; the answer leads to the next."""
        path = self.opened.partition("?")[0]
        form = {"kind": "approved", "reason": "checked", "seen": "", "queue": "to_review"}
        done = self.client.post(f"{path}1/decide/", form)
        assert done.status_code == 302, done.content.decode()
        self.decided += 1

    def decisions(self, count: int) -> float:
        """Open and approve claims; keep the slowest of twenty, return the median, both in ms."""
        taken = []
        for _ in range(count):
            self.timed("before it", self.case_page)
            taken.append(self.timed("decision", self.decide))
        self.slowest.append(statistics.quantiles(taken, n=20)[-1])
        return statistics.median(taken)

    def sides(self, decisions: int) -> dict[str, Callable[[], float]]:
        """Return what is measured."""
        works = {
            "bare count": self.bare_count,
            "all counts": self.counts,
            "queue page": self.queue_page,
            "filtered queue page": self.filtered_page,
            "next claim and its page": self.case_page,
        }
        sides: dict[str, Callable[[], float]] = {
            f"{self.name}: {what}": (lambda what=what, work=work: self.timed(what, work))
            for what, work in works.items()
        }
        sides[f"{self.name}: decision"] = lambda: self.decisions(decisions)
        return sides


def report(figures: dict[str, float], desks: list[Desk], claims: int) -> str:
    """Return every figure beside the bare count of its database, and the goals."""
    rows = []
    for side, figure in figures.items():
        name, _, what = side.partition(": ")
        bare = figures[f"{name}: bare count"]
        desk = next(desk for desk in desks if desk.name == name)
        busy = statistics.median(desk.busy[what])
        rows.append((side, common.short(figure), common.short(busy), f"{figure / bare:.1f}"))
    head = (f"{claims:,} claims", "median ms", "of our CPU, ms", "× bare count")
    reached = [
        common.Goal(
            what=f"{desk.name}: decision, slowest of twenty, ms",
            goal=GOAL_MS,
            figure=statistics.median(desk.slowest),
            most=True,
        )
        for desk in desks
    ]
    return f"{common.table(head, rows)}\n\n{common.goals(reached)}"


def main() -> None:
    """Read the command line, run, print."""
    given = common.arguments(__doc__, claims=20_000, decisions=30)
    with (
        tempfile.TemporaryDirectory() as name,
        common.durable_postgres() as server,
        common.fresh_database(server) as url,
    ):
        folder = Path(name)
        installation.start(folder, common.sqlite_url(folder), postgres=url)
        serials = published.listed(max(10_000, given.claims * 2))
        recall = published.write(folder, serials)
        names = [serial.decode() for serial in serials[published.MODEL]]
        desks, sides = [], {}
        for alias, label in (("default", "SQLite"), ("postgres", "PostgreSQL")):
            with installation.as_default(alias):
                installation.migrate()
                recall_id = published.publish(recall)
                waiting = desk_rows.write(recall_id, claims=given.claims, serials=names)
            desks.append(Desk(alias, label, waiting))
        for desk in desks:  # after the rows were made: a sign-in is forgotten when nobody comes
            with installation.as_default(desk.alias):
                desk.sign_in()
            sides |= desk.sides(given.decisions)
        print(report(common.in_turn(sides, rounds=given.rounds), desks, given.claims))


if __name__ == "__main__":
    main()
