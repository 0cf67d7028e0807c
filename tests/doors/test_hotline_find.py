"""One box for everything, by role: who may not see details finds nothing by them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from kaishu.base.roles import Role
from kaishu.incidents import actions as incidents
from tests.doors import desk_world, kumo
from tests.doors.desk_world import DeskWorld, member
from tests.doors.pages import parsed, text

pytestmark = pytest.mark.django_db
SEE = (Role.OPERATOR, Role.REVIEWER, Role.MANAGER)


@pytest.fixture
def world(db: None, data_dir: Path) -> DeskWorld:
    """Open the recall with one claim."""
    opened = desk_world.open_world(data_dir)
    opened.claim("first", serial=kumo.LISTED)
    return opened


def asked(client: Client, typed: str) -> str:
    """Return the words of the page that a search answers with, or where it leads."""
    answer = client.post("/staff/find/", {"q": typed})
    return answer["Location"] if answer.status_code == 302 else text(parsed(answer))


@pytest.mark.parametrize("role", SEE)
@pytest.mark.parametrize("typed", ["佐藤", "5678", "hanako@example.jp", "105-0001 1-2-3"])
def test_who_speaks_with_owners_finds_them_by_their_details_masked(
    world: DeskWorld, role: Role, typed: str
) -> None:
    words = asked(member("x", role), typed)
    grouped = " ".join(world.cases["first"][at : at + 4] for at in (0, 4, 8))
    assert "佐***" in words
    assert grouped.replace(" ", "") in words.replace(" ", "").replace("-", "")
    assert "花子" not in words.replace(typed, "")


@pytest.mark.parametrize("role", [role for role in Role if role not in SEE])
@pytest.mark.parametrize("typed", ["佐藤", "5678", "hanako@example.jp", "105-0001"])
def test_nobody_else_finds_anything_personal(world: DeskWorld, role: Role, typed: str) -> None:
    words = asked(member("x", role), typed)
    assert "佐***" not in words
    assert world.cases["first"][:4] not in words


def test_a_whole_number_opens_its_page_for_those_who_may_open_it(world: DeskWorld) -> None:
    case_no = world.cases["first"]
    report = incidents.report(
        key="k",
        recall_slug=kumo.SLUG,
        market="jp",
        product="K100",
        kind="hot",
        door="public",
        by="owner",
        at=world.now(),
    )
    operator, regulator = member("op", Role.OPERATOR), member("re", Role.REGULATOR)
    assert asked(operator, case_no) == f"/staff/claims/{case_no}/"
    assert asked(operator, report.number) == f"/staff/incidents/{report.number}/"
    assert case_no not in asked(regulator, case_no).replace(case_no, "", 1)
    assert asked(regulator, "Kumo") == f"/staff/recalls/{kumo.SLUG}/progress/"
    assert "Nothing found" in asked(regulator, report.number)


def test_finance_finds_a_claim_by_its_serial_and_sees_no_name(world: DeskWorld) -> None:
    words = asked(member("fi", Role.FINANCE), "ak2o 23oo o1oo oo42")
    assert "K100" in words
    assert "佐" not in words
