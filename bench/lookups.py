"""The table of the plain views: one serial a row, by primary key."""

from __future__ import annotations

import sqlite3

import psycopg


def fill(place: str, serials: list[bytes]) -> None:
    """Make the table in a database and write every serial into it."""
    create = "CREATE TABLE bench_listed (serial varchar(16) NOT NULL PRIMARY KEY)"
    if place.startswith("sqlite"):
        with sqlite3.connect(place.removeprefix("sqlite:///")) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute(create)
            rows = ((serial.decode(),) for serial in sorted(serials))
            database.executemany("INSERT INTO bench_listed VALUES (?)", rows)
        database.close()
        return
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute(create)
        with connection.cursor().copy("COPY bench_listed FROM STDIN") as copy:
            copy.write(b"\n".join(serials) + b"\n")
        connection.execute("VACUUM ANALYZE bench_listed")


def backends(url: str) -> list[int]:
    """Return the PostgreSQL processes that serve this database."""
    sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    with psycopg.connect(url) as connection:
        own = connection.info.backend_pid
        return [pid for (pid,) in connection.execute(sql) if pid != own]
