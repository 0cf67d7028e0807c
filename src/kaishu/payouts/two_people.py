"""Four eyes, kept by the database: whoever agrees to an act is not the one who proposed it."""

from __future__ import annotations

from django.db.models import CheckConstraint, F, Q


def two_people(name: str, first: str, second: str) -> CheckConstraint:
    """Insist that the second person of an act has a name, and not the first one's."""
    return CheckConstraint(
        condition=Q((f"{second}__isnull", True)) | (~Q((second, F(first))) & ~Q((second, ""))),
        name=name,
    )
