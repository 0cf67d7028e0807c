"""Everything `claims` refuses, one class each; the code names the sentence people read."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class ClaimIncomplete(Refusal):
    """A field that the claim cannot do without is missing or outside its list."""

    code = "claim_incomplete"


class ClaimTooLong(Refusal):
    """A text is too long to be stored."""

    code = "claim_too_long"


class RecallNotOpen(Refusal):
    """This recall was not published, so nothing can be claimed."""

    code = "recall_not_open"


class ClaimKeyReused(Refusal):
    """This form was already sent with other answers."""

    code = "claim_key_reused"


class FiledAhead(Refusal):
    """A claim cannot have been sent after now."""

    code = "claim_filed_ahead"


class ClaimNotFound(Refusal):
    """There is no claim here."""

    code = "claim_not_found"


class DecisionConflict(Refusal):
    """Somebody decided this unit while it was being read."""

    code = "decision_conflict"


class DecisionNotOpen(Refusal):
    """This decision does not follow from where the claim stands."""

    code = "decision_not_open"


class ReasonUnknown(Refusal):
    """This kind of decision does not know this reason."""

    code = "reason_unknown"


class UnitContested(Refusal):
    """Another claim holds this unit."""

    code = "unit_contested"


class UnitPromised(Refusal):
    """The claim that holds this unit was already promised something for it."""

    code = "unit_promised"


class ProductUnknown(Refusal):
    """The model of this claim unit is not one of the recall."""

    code = "product_unknown"


class RemedyNotOffered(Refusal):
    """This remedy is not offered for this product."""

    code = "remedy_not_offered"


class RemedyLeft(Refusal):
    """The kit or the remedy has already left, so the remedy stays as it is."""

    code = "remedy_left"


class AmountWrong(Refusal):
    """A partial amount lies between nothing and the full amount."""

    code = "amount_wrong"


class SerialUnreadable(Refusal):
    """The serial entered with this decision cannot be read."""

    code = "serial_unreadable"


class CodeWrong(Refusal):
    """This code does not open this claim."""

    code = "code_wrong"


class CodeOld(Refusal):
    """This code was right and has run out."""

    code = "code_old"


class CodeLocked(Refusal):
    """Too many wrong codes were typed for this claim today."""

    code = "code_locked"


class TooManyFiles(Refusal):
    """This claim has as many files as it can take."""

    code = "too_many_files"


class NothingSaid(Refusal):
    """An answer needs words, a fact or a file."""

    code = "nothing_said"


class FileErased(Refusal):
    """This file was deleted on purpose."""

    code = "file_erased"


class SecondLookNeeded(Refusal):
    """Whoever decided this cannot reopen it, or judge the owner's objection: somebody else does."""

    code = "second_look_needed"


class AssignedElsewhere(Refusal):
    """Somebody else has this claim."""

    code = "assigned_elsewhere"


class UnitMovedOn(Refusal):
    """The books have this unit as another product, and it has moved on since."""

    code = "unit_moved_on"


class PartStands(Refusal):
    """The claim was approved in part, and this remedy cannot be given in part."""

    code = "part_stands"
