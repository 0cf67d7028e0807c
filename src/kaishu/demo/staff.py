"""The people who work in the demo: one sign-in per role, all with the same published password."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import Group, User

from kaishu.base.roles import Role

PASSWORD = "kaishu-demo"  # noqa: S105 (printed on purpose; refused outside the demo)


@dataclass(frozen=True, slots=True)
class Member:
    """One sign-in, its roles and what it is for."""

    name: str
    roles: tuple[Role, ...]
    does: str


MEMBERS = (
    Member("mika", (Role.REVIEWER,), "judges claims and sends kits"),
    Member("jun", (Role.REVIEWER, Role.OPERATOR), "judges claims, second pair of eyes"),
    Member("yuki", (Role.FINANCE,), "proposes payment batches"),
    Member("ren", (Role.APPROVER,), "approves batches that somebody else proposed"),
    Member("sora", (Role.COLLECTOR,), "scans parcels and packs containers at a depot"),
    Member("mori", (Role.RECYCLER,), "certifies what was disposed of"),
    Member("hana", (Role.MANAGER,), "runs the recalls"),
    Member("kei", (Role.AUDITOR,), "reads everything, changes nothing"),
)


def hire() -> None:
    """Create the sign-ins, or leave them as they are."""
    for member in MEMBERS:
        user, made = User.objects.get_or_create(username=member.name)
        if made:
            user.set_password(PASSWORD)
            user.save()
        for role in member.roles:
            group, _ = Group.objects.get_or_create(name=role.value)
            user.groups.add(group)
