"""Time the dashboard of a recall with long books, on both databases, today and on a past day.

A past day is asked for twice: as known now, and as known then.

    python -m bench.dashboard [--moves 1000000] [--rounds 5]

The page is asked for as a browser does, by a signed-in regulator; it must show the population that
the books hold. Beside it stands DuckDB summing the same moves once. The worker's closings are
made before, as they are on the way.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench import balance, common, installation, moves, published

GOAL_MS = 300
PAGE = f"/staff/recalls/{published.SLUG}/dashboard/"


class Board:
    """A regulator's browser over one database."""

    def __init__(self, alias: str, population: int) -> None:
        self.alias, self.shown = alias, f">{population:,}<"
        self.client: Any = None

    def sign_in(self) -> None:
        """Make the regulator and their session."""
        import logging

        from django.contrib.auth.models import User
        from django.test import Client

        from kaishu.base import clock
        from kaishu.base.access.models import SignIn
        from kaishu.base.access.sign_ins import SESSION_KEY
        from kaishu.base.roles import Role, give

        logging.getLogger("kaishu").setLevel(logging.ERROR)
        with installation.as_default(self.alias):
            user = User.objects.create_user("rei")
            give(user, Role.REGULATOR)
            self.client = Client()
            self.client.force_login(user)
            now, number = clock.now(), "b" * 32
            times = {"started_at": now, "seen_at": now, "proved_at": now}
            SignIn.objects.create(user=user, number=number, step="code", **times)
            session = self.client.session
            session[SESSION_KEY] = number
            session.save()

    def open(self, query: str) -> float:
        """Open the page; returns milliseconds. A wrong population stops the run."""
        with installation.as_default(self.alias):
            found: list[str] = []
            taken = common.seconds(lambda: found.append(self._page(query)))
        assert self.shown in found[0], f"{self.alias}: the page shows another population"
        return taken * 1000

    def _page(self, query: str) -> str:
        answer = self.client.get(PAGE + query)
        assert answer.status_code == 200, answer.status_code
        return str(answer.content.decode())


def report(figures: dict[str, float], count: int) -> str:
    """Return every figure beside DuckDB's bare sum, and the goals."""
    bare = figures["DuckDB sums the moves once"]
    rows = [(side, f"{ms:,.0f}", f"{ms / bare:.1f}") for side, ms in figures.items()]
    reached = [
        common.Goal(what=f"{side}, ms", goal=GOAL_MS, figure=ms, most=True)
        for side, ms in figures.items()
        if not side.startswith("DuckDB")
    ]
    return (
        f"{common.table((f'{count:,} moves', 'ms', '× DuckDB'), rows)}\n\n{common.goals(reached)}"
    )


def main() -> None:
    """Read the command line, run, print."""
    given = common.arguments(__doc__, moves=1_000_000)
    with (
        tempfile.TemporaryDirectory() as name,
        common.durable_postgres() as server,
        common.fresh_database(server) as url,
    ):
        folder = Path(name)
        installation.start(folder, common.sqlite_url(folder), postgres=url)
        recall = published.write(folder, published.listed(10_000))
        for alias in ("default", "postgres"):
            with installation.as_default(alias):
                installation.migrate()
                assert publish(recall) == moves.RECALL
        books = moves.make(given.moves)
        duck = balance.load(folder, books)
        balance.close_both()
        middle = f"?day={books.middle.date().isoformat()}"
        sides: dict[str, Callable[[], float]] = {
            "DuckDB sums the moves once": lambda: (
                common.seconds(partial(balance.by_duckdb, duck, None)) * 1000
            )
        }
        for alias, said in (("default", "SQLite"), ("postgres", "PostgreSQL")):
            board = Board(alias, books.population)
            board.sign_in()
            sides[f"{said}, today"] = partial(board.open, "")
            sides[f"{said}, the middle day"] = partial(board.open, middle)
            sides[f"{said}, the middle day as known then"] = partial(
                board.open, f"{middle}&known=then"
            )
        print(report(common.in_turn(sides, rounds=given.rounds), given.moves))
        from django.db import connections

        connections.close_all()


def publish(folder: Path) -> int:
    """Publish the recall without opening its books: the moves do that."""
    from kaishu.editions import actions, recall_file

    loaded = recall_file.load(folder)
    assert loaded.recall is not None and not loaded.errors, loaded.errors
    return int(actions.publish(loaded=loaded, by="bench", at=installation.START).recall_id)


if __name__ == "__main__":
    main()
