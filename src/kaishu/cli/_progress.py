"""Progress of long commands: a bar with the time left on a terminal, nothing anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Write the result as JSON.")
no_progress_option = click.option(
    "--no-progress", is_flag=True, help="Show no bar; without a terminal there is none anyway."
)


class Bars:
    """One bar after another; called with what is under way, how much is done, and of how much."""

    def __init__(self, *, hidden: bool) -> None:
        self.hidden = hidden
        self.what, self.done = "", 0
        self.bar: Any = None

    def __call__(self, what: str, done: int, total: int) -> None:
        """Move on; a new `what` ends the bar before it."""
        if self.hidden:
            return
        if what != self.what:
            self.close()
            self.what, self.done = what, 0
            self.bar = click.progressbar(length=total, label=what, show_pos=True, file=sys.stderr)
            self.bar.__enter__()
        self.bar.update(done - self.done)
        self.done = done

    def close(self) -> None:
        """End the bar under way."""
        if self.bar is not None:
            self.bar.__exit__(None, None, None)
            self.bar = None


@contextmanager
def bars(*, hidden: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """Give what `advance=` of a long action takes; hidden where nobody watches."""
    shown = Bars(hidden=hidden or not sys.stderr.isatty())
    try:
        yield shown
    finally:
        shown.close()
