"""`kaishu check` answers as the page does, one unit or a list, and its exit code is the answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kaishu.cli import main
from tests.doors import kumo


@pytest.fixture(autouse=True)
def published(db: None, data_dir: Path) -> None:
    kumo.publish(data_dir)


def run(*words: str, **how: str) -> Result:
    return CliRunner().invoke(main.kaishu, ["check", *words], **how)  # type: ignore[arg-type]  # input=


@pytest.mark.parametrize(
    ("words", "code", "answer"),
    [
        (("K100", kumo.LISTED), 10, "AFFECTED"),
        (("K100", kumo.NOT_LISTED), 0, "NOT AFFECTED"),
        (("K100",), 11, "ASK"),
        (("X999", "1"), 12, "NO SUCH MODEL"),
    ],
)
def test_the_exit_code_is_the_answer(words: tuple[str, ...], code: int, answer: str) -> None:
    said = run(*words)
    assert (said.exit_code, answer in said.stdout.splitlines()[0]) == (code, True), said.output


def test_an_affected_unit_is_told_what_to_do_first_in_the_language_asked_for() -> None:
    said = json.loads(run("K100", kumo.LISTED, "--json", "--language", "ja").stdout)
    assert (said["answer"], said["recall"], said["edition"]) == ("affected", kumo.SLUG, 1)
    assert "使" in said["first"]


def test_a_list_is_answered_line_by_line_and_ends_with_its_strictest_answer() -> None:
    lines = f"model,serial\nK100,{kumo.NOT_LISTED}\nK100,\n\nK100,{kumo.LISTED}\n"
    said = run("--file", "-", input=lines)
    assert said.exit_code == 10
    rows = [line.split(",")[:3] for line in said.stdout.splitlines()]
    assert [row[2] for row in rows] == ["answer", "not_affected", "ask", "affected"]
    plain = run("--file", "-", "--json", input=f"K100,{kumo.NOT_LISTED}\n")
    assert plain.exit_code == 0
    assert json.loads(plain.stdout)["answer"] == "not_affected"


def test_without_a_unit_it_says_what_it_needs() -> None:
    said = run()
    assert said.exit_code == 2
    assert "Name a model" in said.output


def test_it_asks_no_database(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]  # pytest-django's fixture
        assert run("K100", kumo.LISTED).exit_code == 10
