"""The page of the command line is what the commands say, and each teaches by an example."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import click
import pytest

from kaishu.cli.main import kaishu
from tools import cli_page

ROOT = Path(__file__).resolve().parents[2]
OURS = ("backup make", "backup verify", "check", "claims export", "config check", "doctor",
        "export", "import", "restore")  # fmt: skip


def command(words: list[str]) -> tuple[click.Command, list[str]]:
    """Return the command that words name, and the words that are its arguments."""
    found: click.Command = kaishu
    while isinstance(found, click.Group):
        names = found.list_commands(click.Context(found))
        first = words[0] if words and words[0] in names else "make"
        words = words[1:] if first in words[:1] else words
        step = found.get_command(click.Context(found), first)
        assert step is not None, (found.name, words)
        found = step
    return found, words


def test_the_page_is_current() -> None:
    assert cli_page.PAGE.read_text("utf-8") == cli_page.page(), "run: python tools/cli_page.py"


@pytest.mark.parametrize("words", OURS)
def test_help_teaches_with_an_example_and_the_exit_codes(words: str) -> None:
    said = inspect.cleandoc(command(words.split())[0].help or "")
    assert re.search(r"^Examples?: +.*kaishu", said, re.M), words
    assert "Exit codes:" in said


@pytest.mark.parametrize("page", ["backup", "production"])
def test_every_kaishu_command_in_the_guides_is_understood(page: str) -> None:
    """Their arguments are parsed as typed; what they do has tests of its own."""
    text = (ROOT / "docs" / "howto" / f"{page}.md").read_text("utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    found = [re.sub(r"\s+#.*", "", line) for line in lines if re.match(r"(\w+=\S+ )?kaishu ", line)]
    assert len(found) >= 4
    for line in found:
        words = re.sub(r"^\w+=\S+ ", "", line).split()[1:]
        words = [str(ROOT) if word.startswith("/") else word for word in words]
        words = [__file__ if word.endswith("-key.txt") else word for word in words]
        named, arguments = command(words)
        named.parse_args(click.Context(named), arguments)


def test_units_and_files_named_in_the_guides_are_shipped() -> None:
    for page in ("backup", "production"):
        text = (ROOT / "docs" / "howto" / f"{page}.md").read_text("utf-8")
        for path in re.findall(r"deploy/[\w./-]+\w", text):
            assert (ROOT / path).exists(), path
