"""Time whole scans at a depot's bench, as the server answers them, durably stored.

    python -m bench.scan [--scans 200] [--rounds 5]

Every scan is a POST of one label by a signed-in collector over the whole stack: session, site,
claim, books, decision, the answer's page. A tenth are doubles. At the end scans, depot and books
must agree and the audit must find nothing.
"""

from __future__ import annotations

import logging
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench import common, installation, published
from bench.claims_worker import Worker

LISTED = 20_000
GOAL = 20
DOUBLE_EVERY = 10
SITE = "depot-east"


class Bench(Worker):
    """A process that scans what it claimed before."""

    def sign_in(self) -> None:
        """Let a collector stand at one depot."""
        from django.conf import settings
        from django.contrib.auth.models import User
        from django.test import Client

        from kaishu.base.roles import Role, give
        from kaishu.returns.actions import tie

        settings.ALLOWED_HOSTS = ["testserver"]
        logging.getLogger("kaishu").setLevel(logging.ERROR)
        user = User.objects.create_user("bench")
        give(user, Role.COLLECTOR)
        tie(account="bench", party=SITE, by="bench", at=installation.START)
        self.client = Client()
        self.client.force_login(user)
        self.scanned = 0
        self.busy: list[float] = []

    def scan(self, *, first: int, count: int) -> float:
        """Claim, then scan each label, every tenth twice; returns seconds of the scans alone."""
        from kaishu.claims.models import Claim

        self.submit(first=first, count=count)
        newest = Claim.objects.order_by("-id").values_list("case_no", flat=True)[:count]
        labels = [f"{case_no}-1" for case_no in reversed(newest)]
        posts = [
            label for n, label in enumerate(labels) for _ in range(1 + (n % DOUBLE_EVERY == 0))
        ]
        began = time.process_time()
        taken = common.seconds(lambda: [self._post(label) for label in posts])
        self.busy.append((time.process_time() - began) / len(posts))
        self.scanned += count
        return taken / len(posts)

    def own_cpu(self) -> float:
        """Return the median of our CPU milliseconds a scan."""
        return statistics.median(self.busy) * 1000

    def tie_out(self) -> dict[str, int]:
        """Return what the books say at the end, and how much the audit finds."""
        from kaishu.books.audit import audit
        from kaishu.books.queries import trial_balance
        from kaishu.claims.models import ClaimUnit
        from kaishu.returns.models import Scan

        recall_id = ClaimUnit.objects.values_list("recall_id", flat=True)[0]
        return {
            "scans": Scan.objects.count(),
            "depot": trial_balance(recall_id=recall_id).units_in("depot"),
            "findings": len(list(audit())),
        }

    def _post(self, label: str) -> None:
        said = {"code": label, "outcome": "ok"}
        answer = self.client.post("/depot/", said, headers={"X-Kaishu-Piece": "1"})
        assert answer.status_code == 200, answer.content.decode()


def serve(pipe: Connection, folder: Path, url: str) -> None:
    """Run in the new process: do what is asked, answer, until the pipe ends."""
    installation.start(folder, url)
    bench = Bench(url)
    while True:
        try:
            name, values = pipe.recv()
        except EOFError:
            return
        pipe.send(getattr(bench, name)(**values))


@contextmanager
def bench(folder: Path, url: str) -> Iterator[Callable[..., Any]]:
    """Start a process over one database; yields how to ask it for something."""
    spawn = multiprocessing.get_context("spawn")
    pipe, far = spawn.Pipe()
    process = spawn.Process(target=serve, args=(far, folder, url))
    process.start()
    far.close()

    def ask(name: str, **values: Any) -> Any:
        pipe.send((name, values))
        return pipe.recv()

    try:
        yield ask
    finally:
        pipe.close()
        process.join()


def side(ask: Callable[..., Any], scans: int) -> Callable[[], float]:
    """Return one round on one database: seconds a scan; every round scans new labels."""
    first = [0]

    def one() -> float:
        first[0] += scans
        return float(ask("scan", first=first[0] - scans, count=scans))

    return one


def main() -> None:
    """Read the command line, run, print."""
    given = common.arguments(__doc__, scans=200)
    with (
        tempfile.TemporaryDirectory() as name,
        common.durable_postgres() as server,
        common.fresh_database(server) as url,
    ):
        folder = Path(name)
        serials = published.listed(LISTED)
        recall = published.write(folder, serials)
        with bench(folder, common.sqlite_url(folder)) as sqlite, bench(folder, url) as postgres:
            databases = {"SQLite": sqlite, "PostgreSQL": postgres}
            for ask in databases.values():
                ask("prepare", recall_folder=recall)
                ask("learn", serials=serials[published.MODEL])
                ask("sign_in")
            sides = {name: side(ask, given.scans) for name, ask in databases.items()}
            figures = common.in_turn(sides, rounds=given.rounds)
            total = max(common.FEWEST_ROUNDS, given.rounds) * given.scans
            for ask in databases.values():
                stored = ask("tie_out")
                assert stored == {"scans": total, "depot": total, "findings": 0}, stored
            own = {name: common.short(ask("own_cpu")) for name, ask in databases.items()}
        print(
            common.goals(
                [
                    common.Goal(what=f"scans a second, {name}", goal=GOAL, figure=1 / figure)
                    for name, figure in figures.items()
                ]
            )
        )
        said = ", ".join(f"{cpu} on {name}" for name, cpu in own.items())
        print(f"\nMilliseconds of our CPU a scan: {said}.")


if __name__ == "__main__":
    main()
