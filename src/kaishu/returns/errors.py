"""Everything `returns` refuses, one class each; the code names the sentence people read."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class KitNotOwed(Refusal):
    """No return kit is waiting to be sent for this unit."""

    code = "kit_not_owed"


class KitChanged(Refusal):
    """Another kit is owed now than the one that was packed."""

    code = "kit_changed"


class ScanKeyReused(Refusal):
    """This scan was already recorded with another content."""

    code = "scan_key_reused"


class OutcomeUnknown(Refusal):
    """This scan outcome is not in the list."""

    code = "outcome_unknown"


class UnitClosed(Refusal):
    """This unit has gone on to its end, so no parcel can bring it."""

    code = "unit_closed"


class ParcelNotOnWay(Refusal):
    """No parcel with this unit is on its way."""

    code = "parcel_not_on_way"


class StrayNotHere(Refusal):
    """This is not a stray item that we keep."""

    code = "stray_not_here"


class NotInDepot(Refusal):
    """This unit does not lie in the container's depot."""

    code = "not_in_depot"


class AlreadyPacked(Refusal):
    """This unit lies in another container already."""

    code = "already_packed"


class PackingKeyReused(Refusal):
    """This entry was already recorded with another content."""

    code = "packing_key_reused"


class ContainerClosed(Refusal):
    """This container was handed over, so nothing goes in or out."""

    code = "container_closed"


class ContainerEmpty(Refusal):
    """An empty container cannot be handed over."""

    code = "container_empty"


class ContainerNotHandedOver(Refusal):
    """A certificate needs a container that the recycler has received."""

    code = "container_not_handed_over"


class CertificateDiffers(Refusal):
    """This container has a certificate with another number."""

    code = "certificate_differs"


class ContainerNotFound(Refusal):
    """There is no container of this number."""

    code = "container_not_found"
