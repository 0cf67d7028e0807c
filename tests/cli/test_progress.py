"""A bar on a terminal, nothing in a pipe, nothing when nobody wants one (O-M10)."""

from __future__ import annotations

import io
import os
import pty

import pytest

from kaishu.cli._progress import bars


def run(*, hidden: bool = False) -> None:
    with bars(hidden=hidden) as advance:
        for done in range(1, 4):
            advance("files", done, 3)
        advance("entries", 5, 5)


def on_terminal(monkeypatch: pytest.MonkeyPatch, *, hidden: bool = False) -> str:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal, monkeypatch.context() as patch:
        patch.setattr("sys.stderr", terminal)
        run(hidden=hidden)
        terminal.write("the end")
        terminal.flush()
        said = ""
        while "the end" not in said:  # a terminal gives what it has so far
            said += os.read(ours, 100_000).decode()
    os.close(ours)
    return said


def test_a_terminal_sees_each_bar_with_its_count(monkeypatch: pytest.MonkeyPatch) -> None:
    said = on_terminal(monkeypatch)
    for part in ("files", "3/3", "entries", "5/5"):
        assert part in said, said


def test_no_progress_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert on_terminal(monkeypatch, hidden=True) == "the end"


def test_a_pipe_gets_not_a_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stderr", pipe)
    run()
    assert pipe.getvalue() == ""
