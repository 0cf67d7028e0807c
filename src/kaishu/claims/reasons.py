"""The closed list of decisions: which reasons each kind knows, and where it may follow.

`standing` is what the decisions of a claim unit come to. It is stored with each decision, never
changed afterwards, so that queues filter on a column.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Standing(StrEnum):
    """What the decisions so far come to."""

    OPEN = "open"
    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


REASONS: Mapping[str, tuple[str, ...]] = {
    "approved": ("checked", "goodwill", "partial"),
    "refused": (
        "proof_does_not_match",
        "serial_not_in_recall",
        "photo_unreadable_after_asking",
        "contested_other_owner",
        "duplicate_claim",
        "no_answer",
    ),
    "asked": (
        "serial_photo_unclear",
        "serial_needed",
        "proof_needed",
        "order_amount_needed",
        "remedy_needed",
    ),
    "answered": ("owner_answered",),
    "inspected": (
        "unit_ok",
        "unit_swollen",
        "unit_hot",
        "unit_leaking",
        "wrong_item",
        "parcel_empty",
        "contested_arrived",
        "scan_undone",
    ),
    "remedy_changed": ("owner_asked", "remedy_unavailable"),
    "condition_settled": ("owner_told", "photo_shows"),
    "withdrawn": ("owner_withdrew",),
    "reopened": ("owner_contests", "new_evidence", "our_mistake", "holder_changed"),
}

KINDS = tuple(REASONS)

# An inspection with one of these reasons says that the owner's unit is in our hands.
COLLECTED_REASONS = frozenset({"unit_ok", "unit_swollen", "unit_hot", "unit_leaking"})
# The depot took back the inspection that is the decision just before it.
UNDONE = "scan_undone"

_OPEN = frozenset({Standing.OPEN, Standing.ASKED})
_LIVE = _OPEN | {Standing.APPROVED}

# kind -> (where it may follow, where it leads; None = leaves the standing as it is)
_STEPS: Mapping[str, tuple[frozenset[Standing], Standing | None]] = {
    "approved": (_OPEN, Standing.APPROVED),
    "refused": (_OPEN, Standing.REFUSED),
    "asked": (_OPEN, Standing.ASKED),
    "answered": (frozenset({Standing.ASKED}), Standing.OPEN),
    "inspected": (frozenset(Standing), None),
    "remedy_changed": (_LIVE, None),
    "condition_settled": (_LIVE, None),
    "withdrawn": (_LIVE, Standing.WITHDRAWN),
    "reopened": (frozenset(Standing), Standing.OPEN),
}


def after(standing: Standing, kind: str, reason: str) -> Standing | None:
    """Return where a decision leads from a standing, or None where it may not follow.

    "Partial" is the one approval that may follow an approval: it makes the promise smaller.
    """
    sources, target = _STEPS[kind]
    partial = (kind, reason, standing) == ("approved", "partial", Standing.APPROVED)
    if standing not in sources and not partial:
        return None
    return target or standing
