"""Every command in the documents exists as it is written, and runs in a test or says why not."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click

from kaishu.cli.main import kaishu
from tests.architecture.source import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHELL = re.compile(r"^```sh\n(.*?)^```|^ {4}((?:kaishu|make) [^\n]*\n)", re.M | re.S)
INLINE = re.compile(r"`((?:[A-Z_]+=\S+ )*(?:\S*/)?(?:kaishu|make) [^`]+)`")

# Where each command of ours runs in the tests; the file must name it.
RUNS_IN = {
    "announce": "tests/cli/test_announce.py",
    "audit": "tests/keeping/test_drill.py",
    "backup": "tests/cli/test_keeping_commands.py",
    "busy": "tests/cli/test_busy.py",
    "check": "tests/cli/test_check_command.py",
    "claims": "tests/cli/test_claims_command.py",
    "config": "tests/cli/test_keeping_commands.py",
    "demo": "tests/cli/test_recall_command.py",
    "doctor": "tests/cli/test_doctor.py",
    "edge": "tests/edge/test_process.py",
    "export": "tests/keeping/test_portable.py",
    "import": "tests/keeping/test_portable.py",
    "notices": "tests/notices/test_bounces.py",
    "recall": "tests/cli/test_recall_command.py",
    "report": "tests/cli/test_report_command.py",
    "restore": "tests/cli/test_keeping_commands.py",
    "retention": "tests/cli/test_retention_command.py",
    "search": "tests/cli/test_search_command.py",
    "serve": "tests/config/test_serve.py",
    "simulate": "tests/demo/test_simulator.py",
    "staff": "tests/cli/test_staff.py",
    "static": "tests/static/test_build.py",
    "trace": "tests/cli/test_trace_command.py",
    "uploads": "tests/support/served.py",
    "worker": "tests/cli/test_worker.py",
}
# Other programs, and why no test runs them. `make demo` itself takes minutes: its filling, its
# pages and its commands are tested piece by piece in tests/demo and timed on a fresh clone by hand.
NOT_RUN = {
    "age-keygen": "another program; the keys it makes are read in tests/keeping",
    "cp": "copies our units into the machine's folder; tests/config reads the units",
    "createdb": "needs the server's administrator; the tests make databases by other means",
    "createuser": "needs the server's administrator",
    "install": "makes folders as root",
    "pip": "installs from a registry",
    "python3": "makes an environment elsewhere",
    "systemctl": "needs systemd as root",
    "useradd": "changes the machine's users",
}
RUN_HERE = {"curl": "tests/api/test_documents.py", "cd": "", "export": ""}


def lines() -> Iterator[tuple[str, list[str]]]:
    """Yield each command line of the documents as words, with its page."""
    for page in PAGES:
        text = page.read_text("utf-8")
        for block in SHELL.finditer(text):
            said = (block[1] or block[2]).replace("\\\n", " ")
            for line in re.split(r"\n|&&", said):
                yield page.name, shlex.split(line, comments=True)
        for said in INLINE.findall(text):
            yield page.name, shlex.split(said.replace("…", "X"))


def command_of(words: list[str]) -> list[str]:
    """Drop settings in front of a command and the folder that it stands in."""
    while words and re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]
    return [words[0].rpartition("/")[2], *words[1:]] if words else []


def test_every_command_of_ours_exists_with_its_options_and_runs_in_a_test() -> None:
    count = 0
    for page, found in lines():
        words = command_of(found)
        if not words or words[0] != "kaishu":
            continue
        count += 1
        command: click.Command = kaishu
        context = click.Context(command, info_name="kaishu")
        for word in words[1:]:
            if word.startswith("-"):
                break
            deeper = (
                command.get_command(context, word) if isinstance(command, click.Group) else None
            )
            if deeper is None:
                break
            command, context = deeper, click.Context(deeper, parent=context, info_name=word)
        assert command is not kaishu, f"{page}: {' '.join(words)}"
        levels = [command, context.parent.command if context.parent else command]
        if isinstance(command, click.Group):  # backup makes one when nothing else is said
            levels += [
                command.get_command(context, each) or command
                for each in command.list_commands(context)
            ]
        known = {name for each in levels for option in each.params for name in option.opts}
        used = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert used - {"--help"} <= known, f"{page}: {' '.join(words)}"
        assert words[1] in RUNS_IN, f"{page}: name the test that runs kaishu {words[1]}"
    assert count > 60


def test_the_tests_that_are_named_run_the_command() -> None:
    for command, file in RUNS_IN.items():
        assert command.rstrip("_") in (ROOT / file).read_text("utf-8"), (command, file)


def test_every_target_of_make_exists() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
    named = {(page, word) for page, found in lines() for word in _targets(command_of(found))}
    assert len(named) > 8
    assert {each for each in named if each[1] not in targets} == set()


def _targets(words: list[str]) -> list[str]:
    return [word for word in words[1:] if "=" not in word] if words[:1] == ["make"] else []


def test_every_other_program_runs_in_a_test_or_says_why_not() -> None:
    ours = {"kaishu", "make", ""}
    others = {(command_of(found) or [""])[0] for _page, found in lines()} - ours
    assert others <= NOT_RUN.keys() | RUN_HERE.keys()
    assert others >= NOT_RUN.keys(), "a reason for a program that no page names"
