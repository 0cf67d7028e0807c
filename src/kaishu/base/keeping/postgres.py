"""Copy a PostgreSQL database with the server's own tools, if they are of its version."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.db import connection, connections

from kaishu.base.keeping.errors import ToolFailed

FOLDERS = Path("/usr/lib/postgresql")
ASIDE = "kaishu_before_restore"
DUMP = ("--format=custom", "--no-owner", "--no-privileges")


def tool(name: str) -> str | None:
    """Return where a program of the server's own major version is; None where it is not here.

    Another version may write what the server's cannot read back, and says so only then.
    """
    major = _server_major()
    for place in (shutil.which(name), str(FOLDERS / str(major) / "bin" / name)):
        if place and Path(place).exists() and _major(place) == major:
            return place
    return None


def dump(program: str, *, snapshot: str, take: Callable[[IO[bytes]], Any]) -> None:
    """Give the dump of one moment to `take` as a stream; raises ToolFailed."""
    command = [program, *DUMP, f"--snapshot={snapshot}", f"--schema={_schema()}"]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 (found above, our own words)
            command, env=_environment(), stdout=subprocess.PIPE, stderr=said
        ) as running,
    ):
        assert running.stdout is not None
        take(running.stdout)
        _refuse_failure("pg_dump", running.wait(), said)


def load(program: str, source: IO[bytes]) -> None:
    """Read a dump back into an empty schema, all of it or nothing; raises ToolFailed."""
    command = [program, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    command.append(f"--dbname={connection.settings_dict['NAME']}")
    connections.close_all()
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 (found above, our own words)
            command,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
        ) as running,
    ):
        assert running.stdin is not None
        try:
            shutil.copyfileobj(source, running.stdin)
            running.stdin.close()
        except BrokenPipeError:
            pass  # it has ended: its own words follow
        _refuse_failure("pg_restore", running.wait(), said)


@contextmanager
def emptied(*, without_schema: bool = False) -> Iterator[None]:
    """Set the schema aside for the block and make an empty one; it comes back on a failure.

    `without_schema` leaves making it to the block: a dump brings its own.
    """
    schema = _quoted(_schema())
    _run(f"DROP SCHEMA IF EXISTS {ASIDE} CASCADE", f"ALTER SCHEMA {schema} RENAME TO {ASIDE}")
    try:
        if not without_schema:
            _run(f"CREATE SCHEMA {schema}")
        yield
    except BaseException:
        connections.close_all()
        _run(f"DROP SCHEMA IF EXISTS {schema} CASCADE", f"ALTER SCHEMA {ASIDE} RENAME TO {schema}")
        raise
    _run(f"DROP SCHEMA IF EXISTS {ASIDE} CASCADE")


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0] or "public")


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))


def _server_major() -> int:
    connection.ensure_connection()
    return int(connection.connection.info.server_version) // 10000


def _major(program: str) -> int:
    done = subprocess.run(  # noqa: S603 (found on the path or in the server's folder)
        [program, "--version"], capture_output=True, text=True, check=False, timeout=20
    )
    words = done.stdout.split()
    return next((int(word.split(".")[0]) for word in words if word[:1].isdigit()), 0)


def _environment() -> dict[str, str]:
    """Return where the server is and who we are, as its tools read it; never on a command line."""
    said = connection.settings_dict
    options = said.get("OPTIONS", {})
    given = {
        "PGHOST": said["HOST"],
        "PGPORT": said["PORT"],
        "PGUSER": said["USER"],
        "PGPASSWORD": said["PASSWORD"],
        "PGDATABASE": said["NAME"],
        "PGSSLMODE": options.get("sslmode", ""),
        "PGSSLROOTCERT": options.get("sslrootcert", ""),
    }
    return {**os.environ, **{name: str(value) for name, value in given.items() if value}}


def _refuse_failure(name: str, code: int, said: IO[bytes]) -> None:
    if code == 0:
        return
    said.seek(0)
    lines: Sequence[str] = said.read().decode("utf-8", "replace").strip().splitlines()
    raise ToolFailed(program=name, said=(lines or ["nothing"])[0][:200])
