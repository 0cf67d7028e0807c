"""`kaishu demo`: the whole system on this machine, filled, served and explained."""

from __future__ import annotations

import gc
import os
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import click

from kaishu.cli._demo_files import demo_files
from kaishu.cli._django import DEMO_KEYS

FOLDER = Path(os.environ.get("KAISHU_DATA_DIR", "var/demo"))


@click.group(invoke_without_command=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option(
    "--cases",
    default=1000,
    show_default=True,
    envvar="CASES",
    type=click.IntRange(min=0),
    help="Cases that are lived one by one.",
)
@click.option("--fresh", is_flag=True, help="Throw the last demo away and start again.")
@click.option("--no-serve", is_flag=True, help="Only fill the installation.")
@click.pass_context
def demo(
    context: click.Context, *, host: str, port: int, cases: int, fresh: bool, no_serve: bool
) -> None:
    """Fill an installation of its own with two real recalls, and serve it.

    The recalls follow their published response curves over the first hundred days; their owners
    are invented. Pages are served while it fills, with a line that says how far it is.

    \b
    Examples
      kaishu demo                    as `make demo` does
      CASES=3000 make demo           more cases, more minutes
      kaishu demo --fresh --port 9000

    Everything stays in var/demo (or KAISHU_DATA_DIR), and nothing leaves this machine. Any other
    command works on the demo when KAISHU_DATA_DIR names its folder: it finds the keys there.
    """
    if context.invoked_subcommand is not None:
        return
    if fresh:
        shutil.rmtree(FOLDER, ignore_errors=True)
    from kaishu.demo.post import mail_server

    with mail_server(FOLDER / "mail") as mail_url:
        _environment(host, port, mail_url)
        _start()
        if no_serve:
            _fill(cases)
        else:
            _serve(host, port, cases)


demo.add_command(demo_files, "files")


def _serve(host: str, port: int, cases: int) -> None:
    """Serve while the demo fills, then run the worker too, until somebody stops us."""
    # Commits of people who try it are as durable as in production.
    durable = {**os.environ, "KAISHU_SQLITE_SYNCHRONOUS": "FULL"}
    command = [sys.executable, "-m", "kaishu.cli.main"]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the children end with us
    address = ["--host", host, "--port", str(port)]
    children = [subprocess.Popen([*command, "serve", *address], env=durable)]  # noqa: S603 (our own command)
    try:
        _explain(host, port)
        _fill(cases)
        # Only now: until here, the past goes on without it.
        children.append(subprocess.Popen([*command, "worker"], env=durable))  # noqa: S603 (our own command)
        children[0].wait()
    except KeyboardInterrupt:
        pass
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait()


def _environment(host: str, port: int, mail_url: str) -> None:
    """Give the demo a folder, keys, mail and a mode of its own; what is set already stays."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("KAISHU_MODE", "demo")
    os.environ.setdefault("KAISHU_PUBLIC_URL", f"http://{host}:{port}")
    os.environ.setdefault("KAISHU_MAIL_FROM", "recall@kaishu.example")
    os.environ.setdefault("KAISHU_WEBHOOK_HOSTS", f"{host}:{port}")
    os.environ["KAISHU_MAIL_URL"] = mail_url
    os.environ["KAISHU_DATA_DIR"] = str(FOLDER.resolve())
    os.environ.setdefault("KAISHU_SQLITE_SYNCHRONOUS", "OFF")
    for name, size in (("KAISHU_SECRET_KEY", 48), ("KAISHU_FIELD_KEY", 32)):
        kept = FOLDER / DEMO_KEYS[name]
        if not kept.exists():
            kept.touch(mode=0o600)
            kept.write_text(secrets.token_hex(size))
        os.environ.setdefault(name, kept.read_text())


def _start() -> None:
    from kaishu.cli._django import start

    start()

    from kaishu.base import catalogue

    catalogue.build()


def _fill(cases: int) -> None:
    """Publish the recalls, live their past, and say in the terminal how far it is."""
    from kaishu.base.clock import now
    from kaishu.demo.filling import NAME
    from kaishu.demo.seed import fill, filled_before

    if not filled_before():
        began = time.monotonic()
        # What is loaded stays; looking through all of it again and again took a fifth of the time.
        gc.freeze()
        gc.set_threshold(100_000, 20, 20)
        fill(folder=FOLDER, now=now(), cases=cases, say=click.echo, told=_told)
        click.echo(f"The demo is filled, after {time.monotonic() - began:.0f} seconds.")
    elif (FOLDER / NAME).exists():
        (FOLDER / NAME).unlink()
        click.echo(
            "The last filling was stopped half way. Start again with --fresh to fill it all."
        )
    else:
        click.echo("The demo was filled before; it goes on where it was.")


def _told(done: int, of: int) -> None:
    """Show one line that grows; where nobody watches, nothing."""
    if sys.stdout.isatty():
        click.echo(f"\r  {done:,} of {of:,} cases", nl=done >= of)


def _explain(host: str, port: int) -> None:
    from kaishu.demo.serials import LISTED, NOT_LISTED
    from kaishu.demo.staff import MEMBERS, PASSWORD

    site = f"http://{host}:{port}"
    click.secho("\nKaishu demo", bold=True)
    click.echo(f"  What to try  {site}/demo/")
    click.echo(f"  Mailbox      {site}/demo/mail/")
    click.echo(f"  Owners     {site}/")
    click.echo(f"    affected      model A1263, serial {LISTED['A1263'][0]}")
    click.echo(f"    not affected  model A1263, serial {NOT_LISTED['A1263'][0]}")
    click.echo(f"    two units     models A1257, A1647, serials {LISTED['A1257'][0]},")
    click.echo(f"                  {LISTED['A1647'][0]} (Anker China)")
    click.echo(f"  Staff      {site}/staff/    password for everybody: {PASSWORD}")
    for member in MEMBERS:
        click.echo(f"    {member.name:5} {member.does}")
    click.echo(f"  Depot      {site}/depot/    sign in as sora (recycler: mori)")
    click.echo("  Commands   in another terminal, in this folder:")
    click.echo(f"    export KAISHU_DATA_DIR={shlex.quote(str(FOLDER))}")
    click.echo("    .venv/bin/kaishu audit\n")
