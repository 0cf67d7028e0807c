"""Write docs/reference/cli.md from the commands themselves.

    python tools/cli_page.py

tests/docs/test_cli_page.py fails while the page says something else than the commands.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "cli.md"
HEAD = """# The kaishu command

Written by `tools/cli_page.py` from the commands themselves: change their docstrings, then run it.

Every command explains itself with `--help`. What several share:

- Settings come from the environment ([all of them](settings.md)).
- Long ones show a bar with the time left on a terminal, and nothing in a pipe or with
  `--no-progress`. `--json` writes for machines, to standard output; words for people about the
  run itself go to standard error.
- A refusal is told in one sentence with the next step, on standard error, with exit code 1.
  A command that is not understood ends with 2. Other exit codes stand with their command.
"""


def page() -> str:
    """Return the whole page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kaishu.config.settings")
    from kaishu.cli.main import kaishu

    context = click.Context(kaishu, info_name="kaishu")
    parts = [HEAD]
    for name in kaishu.list_commands(context):
        command = kaishu.get_command(context, name)
        if command is not None and not command.hidden:
            parts += _sections(command, f"kaishu {name}")
    return "\n".join(parts)


def _sections(command: click.Command, name: str) -> Iterator[str]:
    yield _section(command, name)
    if isinstance(command, click.Group):
        for word, part in sorted(command.commands.items()):
            if not part.hidden:
                yield from _sections(part, f"{name} {word}")


def _section(command: click.Command, name: str) -> str:
    level = "##" if name.count(" ") == 1 else "###"
    lines = [f"{level} {name}", "", *_words(command.help or "")]
    rows = [_row(command, name, one) for one in command.params if not getattr(one, "hidden", False)]
    if rows:
        lines += ["", "| | |", "|---|---|", *rows]
    return "\n".join([*lines, ""])


def _words(text: str) -> Iterator[str]:
    """Yield the help; paragraphs that keep their lines (`\\b`) become blocks."""
    for part in inspect.cleandoc(text).split("\n\n"):
        if part.startswith("\b\n"):
            yield from ["```", *part.splitlines()[1:], "```", ""]
        else:
            yield from [*part.splitlines(), ""]


def _row(command: click.Command, name: str, one: click.Parameter) -> str:
    context = click.Context(command, info_name=name)
    record = one.get_help_record(context)
    if record is None:
        word = one.make_metavar(context)
        return f"| `{word}` | {'' if one.required else 'may be left out'} |"
    options, words = record
    return f"| `{options.replace('|', '&#124;')}` | {' '.join(words.split())} |"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")


if __name__ == "__main__":
    main()
