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


class NotYourSite(Refusal):
    """This account is tied to another site."""

    code = "not_your_site"


class LiesElsewhere(Refusal):
    """The books hold this unit at another depot."""

    code = "lies_elsewhere"


class UnitSealed(Refusal):
    """This unit lies in a sealed container."""

    code = "unit_sealed"


class ScanNotUndone(Refusal):
    """Something followed this scan, or it was not the last one."""

    code = "scan_not_undone"


class SerialUnclear(Refusal):
    """More than one recall has a unit of this serial."""

    code = "serial_unclear"


class ContainerNumberWrong(Refusal):
    """A container's number has letters, digits and dashes only."""

    code = "container_number_wrong"


class ContainerNumberTaken(Refusal):
    """Another container has this number."""

    code = "container_number_taken"


class RecyclerNotOfRecall(Refusal):
    """This recycler does not take this recall's units."""

    code = "recycler_not_of_recall"


class ContainerKindUnknown(Refusal):
    """There is no container of this kind."""

    code = "container_kind_unknown"


class ContainerFull(Refusal):
    """One more would be over the container's limit of pieces."""

    code = "container_full"


class ContainerForIntact(Refusal):
    """A damaged battery goes into a drum or a fireproof case, never into a box with others."""

    code = "container_for_intact"


class ContainerEnergy(Refusal):
    """One more would be over the container's limit of watt-hours."""

    code = "container_energy"


class ContainerTooHeavy(Refusal):
    """The net weight is over the container's limit."""

    code = "container_too_heavy"


class ContainerWeightNeeded(Refusal):
    """This container has a limit of weight, so it is weighed before it is sealed."""

    code = "container_weight_needed"


class ContainerSealed(Refusal):
    """While the seal is on, nothing goes in or out."""

    code = "container_sealed"


class ContainerNotSealed(Refusal):
    """A container is sealed before it leaves."""

    code = "container_not_sealed"


class SealNumberWrong(Refusal):
    """A seal's number has letters, digits and dashes only."""

    code = "seal_number_wrong"


class SealDiffers(Refusal):
    """The seal on the container is not the one on the paper."""

    code = "seal_differs"


class SealNotRead(Refusal):
    """Who takes a sealed container has to read its seal."""

    code = "seal_not_read"


class SealReasonUnknown(Refusal):
    """Breaking a seal needs a reason from the list."""

    code = "seal_reason_unknown"


class HandOverOpen(Refusal):
    """The depot has signed this container away; take the signature back first."""

    code = "hand_over_open"


class HandOverNotOpen(Refusal):
    """The depot has not signed this container away."""

    code = "hand_over_not_open"


class HandOverDiffers(Refusal):
    """The pieces that were counted and those on the paper are not the same number."""

    code = "hand_over_differs"


class HandOverSamePerson(Refusal):
    """Both sides of a hand-over cannot be one person."""

    code = "hand_over_same_person"


class HandOverNameNeeded(Refusal):
    """Who signs with a code gives a name."""

    code = "hand_over_name_needed"


class HandOverCodeWrong(Refusal):
    """This is not the code on the depot's screen, or it is too old."""

    code = "hand_over_code_wrong"


class HandOverCodeTries(Refusal):
    """Too many wrong codes for this hand-over."""

    code = "hand_over_code_tries"


class CertificateNotFound(Refusal):
    """There is no such certificate."""

    code = "certificate_not_found"


class CertificateTooMany(Refusal):
    """The certificate names more units than the recycler still holds of this line."""

    code = "certificate_too_many"


class CertificateTotalWrong(Refusal):
    """The paper's total is not the sum of the chosen units."""

    code = "certificate_total_wrong"


class StocktakeNotOpen(Refusal):
    """This count is closed."""

    code = "stocktake_not_open"


class StocktakeNotCounted(Refusal):
    """This count is still going on."""

    code = "stocktake_not_counted"


class StocktakeSamePerson(Refusal):
    """Who counted does not post the difference."""

    code = "stocktake_same_person"


class StocktakeStale(Refusal):
    """The books have moved since the count was closed."""

    code = "stocktake_stale"


class StocktakeUnitUnknown(Refusal):
    """The books know no unit of this recall by this code."""

    code = "stocktake_unit_unknown"


class StocktakeNumberWrong(Refusal):
    """A count is a whole number from 0."""

    code = "stocktake_number_wrong"


class FoundFactNeeded(Refusal):
    """This may be a recalled unit: one more thing that can be seen on it decides."""

    code = "found_fact_needed"


class StrayInDoubt(Refusal):
    """This stray may be a recalled unit, so it is not handed back."""

    code = "stray_in_doubt"
