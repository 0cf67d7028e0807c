"""No page offers a link that its reader is then refused, and no address answers with nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kaishu.base.roles import Role
from tests.doors import desk_world, kumo
from tests.doors.desk_world import DeskWorld, member

LINK = re.compile(r'href="(/(?:staff|depot)/[^"#]*)"')
ENTRIES = f"/staff/recalls/{kumo.SLUG}/entries/?account=owner"


@pytest.fixture
def world(db: None, data_dir: Path) -> DeskWorld:
    """Open the recall, with one approved claim."""
    world = desk_world.open_world(data_dir)
    world.claim("one", serial=kumo.LISTED, evidence=(desk_world.photo(),))
    world.decide("one")
    return world


@pytest.mark.parametrize("role", list(Role))
def test_no_link_on_a_first_page_is_refused(world: DeskWorld, role: Role) -> None:
    client = member("mika", role)
    first = client.get("/staff/", follow=True)
    pages = [first.content.decode()]
    if client.get(ENTRIES).status_code == 200:
        pages.append(client.get(ENTRIES).content.decode())
    links = {link.replace("&amp;", "&") for page in pages for link in LINK.findall(page)}
    assert links
    wrong = {link: client.get(link, follow=True).status_code for link in links}
    assert {link: code for link, code in wrong.items() if code >= 400} == {}


def test_an_address_for_forms_says_so_instead_of_showing_nothing(world: DeskWorld) -> None:
    answer = member("mika", Role.REVIEWER).get("/staff/bulk/preview/")
    assert answer.status_code == 405
    assert "only shows what follows a button" in answer.content.decode()
    assert answer["Allow"] == "POST"
