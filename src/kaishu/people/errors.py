"""What can go wrong with a person's record."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class NoSuchPerson(Refusal):
    """There is no record of this person."""

    code = "no_such_person"


class PersonForgotten(Refusal):
    """This person's details were deleted."""

    code = "person_forgotten"


class ReasonMissing(Refusal):
    """Say why the details are needed before they are shown."""

    code = "reveal_reason_missing"


class ConsentUnknown(Refusal):
    """There is no consent text for this purpose in this market."""

    code = "consent_unknown"


class FieldUnknown(Refusal):
    """A person has no such detail."""

    code = "reveal_field_unknown"
