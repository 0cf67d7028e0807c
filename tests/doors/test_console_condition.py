"""A reviewer corrects how a unit is: the way back changes with it, and the page says so first."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaishu.base.roles import Role
from kaishu.books.models import Promise
from kaishu.claims import queries
from tests.doors import desk_world, kumo
from tests.doors.desk_world import DeskWorld, member
from tests.doors.pages import find, parsed, text
from tests.doors.test_console import decide

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None, data_dir: Path) -> DeskWorld:
    """Open the recall, without claims."""
    return desk_world.open_world(data_dir)


def kits() -> list[str]:
    """Name the kits that are owed."""
    owed = Promise.objects.filter(role="kit", account="owed")
    return list(owed.values_list("commodity", flat=True))


def test_the_page_names_the_pick_up_before_it_is_promised(world: DeskWorld) -> None:
    case_no = world.claim("first", serial=kumo.LISTED, condition="unknown")
    page = parsed(member("rei", Role.REVIEWER).get(f"/staff/claims/{case_no}/"))
    assert "pick-up by a special carrier" in text(find(page, ".says")[0])


def test_intact_by_telephone_turns_the_pick_up_into_a_bag(world: DeskWorld) -> None:
    case_no = world.claim("first", serial=kumo.LISTED, condition="unknown")
    client = member("rei", Role.REVIEWER)
    decide(client, case_no, kind="approved", reason="checked")
    assert kits() == ["kit:pickup"]
    done = decide(
        client, case_no, kind="condition_settled", reason="owner_told", condition="intact", seen=1
    )
    assert done.status_code == 302
    assert kits() == ["kit:bag"]
    [unit] = queries.case(case_no).units
    assert (unit.condition, unit.decisions[-1].kind) == ("intact", "condition_settled")
    page = parsed(client.get(f"/staff/claims/{case_no}/"))
    assert "Condition corrected" in text(find(page, ".log")[0])


def test_a_crafted_condition_changes_nothing(world: DeskWorld) -> None:
    case_no = world.claim("first", serial=kumo.LISTED, condition="swollen")
    client = member("rei", Role.REVIEWER)
    done = decide(client, case_no, kind="condition_settled", reason="owner_told", condition="fine")
    assert done.status_code == 422
    assert queries.case(case_no).units[0].condition == "swollen"
