"""Time the trial balance of long books on SQLite and PostgreSQL beside DuckDB over the same rows.

    python -m bench.balance [--moves 1000000] [--rounds 5]

The balance is asked as of now and as of the middle of the time. Each time the whole Tally must be
equal to the one made from DuckDB's sums; once, DuckDB also nets the accounts by itself.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from bench import common, installation, moves
from kaishu.core.tally import Tally, tally

TO_DUCKDB = 3.0
BLANK = {"door": "bench", "by": "bench", "request_hash": "0" * 64, "previous": "", "reason": ""}
ENTRY = {
    **BLANK,
    "kind": "custody.handed_over",
    "recall_id": moves.RECALL,
    "happened_at": "2026-01-01 00:00:00",
    "recorded_at": "2026-01-01 00:00:00",
    "case_no": "",
    "chain": "bench",
    "digest": "0" * 64,
}
UNIT_ROUTE = "product, pool, source, source_party, target, target_party"
NETTED = """
    SELECT product, pool, account, party, sum(quantity)::BIGINT AS quantity FROM (
        SELECT product, pool, source AS account, source_party AS party, -quantity AS quantity
        FROM books_unit_move WHERE recall_id = $recall
        UNION ALL
        SELECT product, pool, target, target_party, quantity
        FROM books_unit_move WHERE recall_id = $recall)
    GROUP BY ALL HAVING sum(quantity) <> 0
"""
Columns = dict[str, Any]


def tables(books: moves.Books) -> dict[str, Columns]:
    """Return each table's columns, parents first; what is the same in every row is repeated."""
    count = books.entries
    promises = len(books.promises["id"])
    entries = {name: [value] * count for name, value in ENTRY.items()} | {
        "id": range(1, count + 1),
        "key": [f"key-{number}" for number in range(count)],
        "chain_no": range(1, count + 1),
    }
    fixed = {"case_no": "0", "unit_no": 1, "role": "remedy", "terms": "refund", "edition_id": 1}
    return {
        "books_entry": entries,
        "books_unit": {**books.units, "tag": [""] * len(books.units["id"])},
        "books_promise": books.promises | {k: [v] * promises for k, v in fixed.items()},
        "books_unit_move": books.unit_moves,
        "books_promise_move": books.promise_moves,
    }


def load_django(table: str, columns: Columns, file: Path) -> None:
    """Put the rows straight into a table of the default database."""
    from django.db import connection, transaction

    names = ", ".join(f'"{name}"' for name in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv, NULL '\\N')") as copy:
                copy.write(file.read_bytes())
            return
        marks = ", ".join("?" * len(columns))
        rows = zip(*columns.values(), strict=True)
        cursor.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def load_duckdb(duck: duckdb.DuckDBPyConnection, file: Path, table: str, columns: Columns) -> None:
    """Put the moves into a table of DuckDB, read from the same file."""
    kinds = {"happened_at": "TIMESTAMP", "recorded_at": "TIMESTAMP", "quantity": "BIGINT"}
    kinds |= {name: "BIGINT" for name in columns if name.endswith("_id")}
    names = ", ".join(f"{name} {kinds.get(name, 'VARCHAR')}" for name in columns)
    duck.execute(f"CREATE TABLE {table} ({names})")
    duck.execute(f"COPY {table} FROM '{file}' (FORMAT csv, HEADER false, NULLSTR '\\N')")


def _with_nulls(columns: Columns) -> Iterator[list[Any]]:
    for row in zip(*columns.values(), strict=True):
        yield ["\\N" if value is None else value for value in row]


def load(folder: Path, books: moves.Books) -> duckdb.DuckDBPyConnection:
    """Put the same rows into both databases and into DuckDB."""
    from django.db import connection

    duck = duckdb.connect()
    for table, columns in tables(books).items():
        file = folder / f"{table}.csv"
        with file.open("w", newline="") as text:
            csv.writer(text).writerows(_with_nulls(columns))
        for alias in ("default", "postgres"):
            with installation.as_default(alias):
                load_django(table, columns, file)
        if table.endswith("_move"):
            load_duckdb(duck, file, table, columns)
    with installation.as_default("postgres"), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # what its own housekeeping does within a minute
    return duck


def close_both() -> str:
    """Make the closing that the worker would have made on the way; returns how long it took."""
    from kaishu.base import clock
    from kaishu.books.closings import close

    said = []
    for alias, name in (("default", "SQLite"), ("postgres", "PostgreSQL")):
        with installation.as_default(alias):
            taken = common.seconds(lambda: close(at=clock.now()))
        said.append(f"{name} {taken:.1f} s")
    return ", ".join(said)


def ours(alias: str, as_of: datetime | None) -> Tally:
    """Ask the books."""
    from kaishu.books.queries import trial_balance

    with installation.as_default(alias):
        return trial_balance(recall_id=moves.RECALL, as_of=as_of)


def by_duckdb(duck: duckdb.DuckDBPyConnection, as_of: datetime | None) -> Tally:
    """Make the same balance from DuckDB's sums."""
    asked: dict[str, object] = {"recall": moves.RECALL}
    where = "recall_id = $recall"
    if as_of is not None:
        asked["as_of"] = as_of.replace(tzinfo=None)
        where += " AND happened_at <= $as_of"
    found = [
        duck.execute(
            f"SELECT {route}, sum(quantity)::BIGINT FROM {table} WHERE {where} GROUP BY ALL", asked
        ).fetchall()
        for route, table in (
            (UNIT_ROUTE, "books_unit_move"),
            ("commodity, source, target", "books_promise_move"),
        )
    ]
    return tally(*found, as_of=as_of)


def assert_netted(duck: duckdb.DuckDBPyConnection, balance: Tally) -> None:
    """Compare a balance with accounts that DuckDB netted without our code."""
    theirs = set(duck.execute(NETTED, {"recall": moves.RECALL}).fetchall())
    lines = {(x.product, x.pool, x.account, x.party, x.quantity) for x in balance.units}
    assert theirs == lines, "DuckDB nets the accounts differently"


def timed(ask: Callable[[], Tally], expected: Tally) -> float:
    """Return the milliseconds of one balance; a wrong one stops the run."""
    found: list[Tally] = []
    taken = common.seconds(lambda: found.append(ask()))
    assert found == [expected], "a balance differs from DuckDB's"
    return taken * 1000


def measure(duck: duckdb.DuckDBPyConnection, middle: datetime, rounds: int) -> dict[str, float]:
    """Ask every side for both moments; returns milliseconds by "who, when"."""
    sides: dict[str, Callable[[], float]] = {}
    for when, as_of in (("now", None), ("as of the middle", middle)):
        expected = by_duckdb(duck, as_of)
        askers: dict[str, Callable[[], Tally]] = {
            "DuckDB": partial(by_duckdb, duck, as_of),
            "kaishu on SQLite": partial(ours, "default", as_of),
            "kaishu on PostgreSQL": partial(ours, "postgres", as_of),
        }
        for who, ask in askers.items():
            sides[f"{who}, {when}"] = partial(timed, ask, expected)
    return common.in_turn(sides, rounds=rounds)


def report(figures: dict[str, float], count: int, lines: int) -> str:
    """Return the table and the goals."""
    rows, reached = [], []
    for side, taken in figures.items():
        when = side.split(", ")[1]
        ratio = taken / figures[f"DuckDB, {when}"]
        rows.append((side, f"{taken:,.0f}", f"{ratio:.1f}"))
        if not side.startswith("DuckDB"):
            what = f"{side}: times DuckDB"
            reached.append(common.Goal(what=what, goal=TO_DUCKDB, figure=ratio, most=True))
    table = common.table((f"{count:,} moves, {lines} lines", "ms", "× DuckDB"), rows)
    return f"{table}\n\n{common.goals(reached)}"


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
        for alias in ("default", "postgres"):
            with installation.as_default(alias):
                installation.migrate()
        books = moves.make(given.moves)
        duck = load(folder, books)
        closing = close_both()
        balance = ours("default", None)
        assert balance.population == books.population, "units got lost on the way"
        assert_netted(duck, balance)
        figures = measure(duck, books.middle, given.rounds)
        print(report(figures, given.moves, len(balance.units)))
        print(f"\nDuckDB {duckdb.__version__}, all cores. Closing every move at once: {closing}.")
        from django.db import connections

        connections.close_all()


if __name__ == "__main__":
    main()
