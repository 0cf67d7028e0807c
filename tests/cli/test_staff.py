"""The first administrator comes from the command line, and so does the way back in."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from django.test import Client

from kaishu.base import clock
from kaishu.base.access import accounts, code_app, recovery
from kaishu.base.access.errors import AccountTaken
from kaishu.base.access.models import AccountEvent
from kaishu.base.roles import Role
from kaishu.cli import staff as command
from tests.access.test_second_step import SECRET, digits


@pytest.fixture(autouse=True)
def started(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings and the database are there already."""
    monkeypatch.setattr(command, "start", lambda: None)


def run(*words: str) -> str:
    return str(CliRunner().invoke(command.staff, words, catch_exceptions=False).output)


def link_in(output: str) -> str:
    found = re.search(r"/staff/start/[\w-]+/", output)
    assert found is not None, output
    return found.group()


def test_add_makes_an_account_whose_link_sets_a_password() -> None:
    link = link_in(run("add", "aki", "--role", "admin", "--role", "auditor"))
    assert accounts.roles_named(accounts.find("aki")) == {Role.ADMIN, Role.AUDITOR}
    assert Client().post(link, {"password": "four words in a row"}).status_code == 302
    first = AccountEvent.objects.order_by("id")[0]
    assert first.what == "invited" and first.by.startswith("server:")
    assert "aki" in run("list") and "admin, auditor" in run("list")
    with pytest.raises(AccountTaken):
        run("add", "aki", "--role", "admin")


@pytest.mark.parametrize(("words", "left"), [((), 0), (("--keep-second-step",), 10)])
def test_reset_gives_a_new_link_and_removes_the_second_step(
    words: tuple[str, ...], left: int
) -> None:
    run("add", "aki", "--role", "admin")
    user, at = accounts.find("aki"), clock.now()
    code_app.add(user=user, secret=SECRET, typed=digits(at), at=at)
    recovery.make(user=user, at=at)
    assert Client().get(link_in(run("reset", "aki", *words))).status_code == 200
    assert recovery.left(user) == left
