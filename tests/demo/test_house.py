"""The demo's people: each is explained in the guide, and a recall finds its second manager."""

from __future__ import annotations

from kaishu.base.roles import Role
from kaishu.demo.guide import DOES
from kaishu.demo.owners import photo
from kaishu.demo.staff import MEMBERS


def test_everybody_is_explained_and_nobody_publishes_alone() -> None:
    assert set(DOES) == {member.name for member in MEMBERS}
    assert len([each for each in MEMBERS if Role.MANAGER in each.roles]) > 1


def test_two_owners_do_not_send_the_very_same_photo(data_dir: object) -> None:
    one, other = photo("serial_photo", "A1"), photo("serial_photo", "A2")
    assert one.sha256 != other.sha256
