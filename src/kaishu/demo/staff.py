"""The people who work in the demo: one sign-in per role, all with the same published password."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from kaishu.base import clock
from kaishu.base.roles import Role
from kaishu.returns.actions import tie

DEPOTS = ("depot-east", "depot-north", "shop-minato")
RECYCLERS = ("recycler-mori", "recycler-xiang")
PASSWORD = "kaishu-demo"  # noqa: S105 (printed on purpose; refused outside the demo)


@dataclass(frozen=True, slots=True)
class Member:
    """One sign-in, its roles and what it is for."""

    name: str
    roles: tuple[Role, ...]
    does: str
    works_at: tuple[str, ...] = ()


MEMBERS = (
    Member("mika", (Role.REVIEWER,), "judges claims and sends kits"),
    Member("jun", (Role.REVIEWER, Role.OPERATOR), "judges claims, second pair of eyes"),
    Member("yuki", (Role.FINANCE,), "proposes payment batches"),
    Member("ren", (Role.APPROVER,), "approves batches that somebody else proposed"),
    Member("sora", (Role.COLLECTOR,), "scans parcels and packs containers at a depot", DEPOTS),
    Member("mori", (Role.RECYCLER,), "takes containers, certifies what was disposed of", RECYCLERS),
    Member("hana", (Role.MANAGER,), "runs the recalls"),
    Member("toma", (Role.MANAGER,), "runs recalls too: publishes what hana proposed"),
    Member("kei", (Role.AUDITOR,), "reads everything, changes nothing"),
    Member("rika", (Role.REGULATOR,), "reads the figures of recalls, no person's details"),
    Member("aki", (Role.ADMIN,), "invites staff, gives roles, resets second steps"),
)


def hire() -> None:
    """Create the sign-ins, or leave them as they are.

    The password is published and the same for all, so it is hashed once: slow on purpose.
    """
    hashed = make_password(PASSWORD)
    for member in MEMBERS:
        user, _ = User.objects.get_or_create(username=member.name, defaults={"password": hashed})
        for role in member.roles:
            group, _ = Group.objects.get_or_create(name=role.value)
            user.groups.add(group)
        for party in member.works_at:
            tie(account=member.name, party=party, by="hana", at=clock.now())
