"""The `kaishu` command. One file in this folder is one command; it is imported when called.

`serve.py` holds `serve` and is `kaishu serve`; `demo_files.py` holds `demo_files` and is
`kaishu demo files`. A file whose name starts with an underscore is no command.
"""

from __future__ import annotations

import pkgutil
import sys
from importlib import import_module
from pathlib import Path

import click

from kaishu.core.errors import Refusal
from kaishu.core.sentences import sentence


class Files(click.Group):
    """A group whose commands are the modules of this package under a prefix."""

    def __init__(self, *, name: str, prefix: str, help: str) -> None:  # noqa: A002 (click's word)
        super().__init__(name=name, help=help)
        self.prefix = prefix

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the first words that follow the prefix."""
        found = [name.removeprefix(self.prefix) for name in _modules() if self._has(name)]
        return sorted({name.partition("_")[0] for name in found})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command, or return the group of its first word."""
        module = self.prefix + cmd_name
        if module in _modules():
            command = getattr(import_module(f"kaishu.cli.{module}"), module)
            assert isinstance(command, click.Command), module
            return command
        if cmd_name in self.list_commands(ctx):
            return Files(name=cmd_name, prefix=f"{module}_", help=GROUPS.get(module, ""))
        return None

    def _has(self, name: str) -> bool:
        return name.startswith(self.prefix) and not name.startswith("_") and name != "main"


GROUPS = {"demo": "A lively installation with real recalls and invented people."}
kaishu = Files(
    name="kaishu",
    prefix="",
    help="Execute product recalls: every unit accounted for, every owner made whole once.",
)


def main() -> None:
    """Run the command line; a refusal is told in its own sentence with the next step."""
    try:
        kaishu(prog_name="kaishu")
    except Refusal as refusal:
        words = sentence(refusal.code, "en", refusal.facts)
        click.echo(f"Error [{refusal.code}]: {words.text} {words.next}".rstrip(), err=True)
        sys.exit(1)


def _modules() -> set[str]:
    return {module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])}


if __name__ == "__main__":
    main()
