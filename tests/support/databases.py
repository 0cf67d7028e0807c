"""Fresh copies of one migrated database, for tests whose commits are real.

The books refuse DELETE and TRUNCATE, so no test can be cleaned up by a flush. Each gets a copy of
a template instead: a file copy on SQLite, `CREATE DATABASE … TEMPLATE` on PostgreSQL.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import psycopg
from django.db import connections
from psycopg import sql

from tests.support import migrated
from tests.support.environment import DATABASE_URL, ENGINE, ROOM

T = TypeVar("T")
_numbers = itertools.count(1)


def test_database_name() -> str:
    """Return a name for the migrated test database that no other process uses."""
    return str(ROOM / "test.sqlite3") if ENGINE == "sqlite" else f"kaishu_test_{os.getpid()}"


def make_template() -> str:
    """Set the migrated, still empty database aside and return the template's name."""
    source = str(connections["default"].settings_dict["NAME"])
    connections.close_all()
    if ENGINE == "sqlite":
        template = str(ROOM / "template.sqlite3")
        with sqlite3.connect(source) as database:
            database.execute("VACUUM INTO ?", [template])
        database.close()
        migrated.keep(Path(template))
        return template
    template = f"{source}_template"
    _copy_on_server(source, template)
    return template


@contextmanager
def fresh_copy(template: str) -> Iterator[str]:
    """Make a copy the default database for the block, then drop it; yields its name."""
    before = str(connections["default"].settings_dict["NAME"])
    if ENGINE == "sqlite":
        name = str(ROOM / f"copy-{next(_numbers)}.sqlite3")
        shutil.copyfile(template, name)
    else:
        name = f"{template}_{next(_numbers)}"
        _copy_on_server(template, name)
    _use(name)
    try:
        yield name
    finally:
        _use(before)
        drop(name)


def drop(name: str) -> None:
    """Remove a copy or a template."""
    if ENGINE == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            Path(name + suffix).unlink(missing_ok=True)
        return
    with _server() as server:
        server.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def together(jobs: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Run jobs at the same moment, a thread and a connection each.

    Returns their results in order; a job that raised gives its exception.
    """
    results: list[T | Exception] = [RuntimeError("the job did not end")] * len(jobs)
    start = threading.Barrier(len(jobs))

    def run(place: int, job: Callable[[], T]) -> None:
        try:
            start.wait(timeout=30)
            results[place] = job()
        except Exception as problem:
            results[place] = problem
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(place, job), daemon=True)
        for place, job in enumerate(jobs)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def _use(name: str) -> None:
    connections.close_all()
    connections["default"].settings_dict["NAME"] = name


def _copy_on_server(source: str, target: str) -> None:
    with _server() as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(target), sql.Identifier(source)
            )
        )


@contextmanager
def _server() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(DATABASE_URL, autocommit=True) as connection:
        yield connection
