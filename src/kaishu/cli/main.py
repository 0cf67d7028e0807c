"""The `kaishu` command. One file in this folder is one command; it is imported when called.

`serve.py` holds `serve`, which is `kaishu serve`; `import_.py` holds `import_`, because Python
keeps the word itself. A file whose name starts with an underscore is no command.
"""

from __future__ import annotations

import pkgutil
import sys
from importlib import import_module
from keyword import iskeyword
from pathlib import Path

import click

from kaishu.core.errors import Refusal
from kaishu.core.sentences import sentence

FOLDER = str(Path(__file__).parent)
PLUMBING = "main"


class Files(click.Group):
    """A group whose commands are the modules of this package, imported one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the name of every command."""
        names = (module.name for module in pkgutil.iter_modules([FOLDER]))
        mine = (name for name in names if name != PLUMBING and not name.startswith("_"))
        return sorted(name.rstrip("_") for name in mine)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the file of a command and return what it holds."""
        if cmd_name not in self.list_commands(ctx):
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command = getattr(import_module(f"kaishu.cli.{name}"), name)
        assert isinstance(command, click.Command), cmd_name
        return command


kaishu = Files(
    name="kaishu",
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


if __name__ == "__main__":
    main()
