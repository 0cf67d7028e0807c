"""What the search for a common cause refuses."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class NoIncidentKnown(Refusal):
    """None of these units is in the records of this network."""

    code = "incident_units_unknown"


class NothingToCompare(Refusal):
    """Name at least one unit that had an incident."""

    code = "incident_units_missing"
