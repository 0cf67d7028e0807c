"""What is refused about kits: stock, sending by bulk and by file, and reminders."""

from __future__ import annotations

from kaishu.core.errors import Refusal
from kaishu.returns.errors import KitNotOwed


class KitWithdrawn(KitNotOwed):
    """The claim was taken back or refused, so no kit is owed."""

    code = "kit_withdrawn"


class KitArrived(KitNotOwed):
    """The unit is in our hands already, so no kit is needed."""

    code = "kit_arrived"


class KitLeftBefore(KitNotOwed):
    """Another kit left for this unit before."""

    code = "kit_left_before"


class KitNotByPost(Refusal):
    """Its owner reported a danger: this unit is fetched, no kit goes by post."""

    code = "kit_not_by_post"


class KitFileMissing(Refusal):
    """No file was chosen."""

    code = "kit_file_missing"


class KitNotHeld(Refusal):
    """Nobody holds this kit any more: the unit is on its way, here, or nothing is owed."""

    code = "kit_not_held"


class RemindedEnough(Refusal):
    """This owner was reminded as often as we do."""

    code = "reminded_enough"


class RemindedJustNow(Refusal):
    """This owner was reminded within the last day."""

    code = "reminded_just_now"


class KitQuantityWrong(Refusal):
    """The number of kits does not fit."""

    code = "kit_quantity_wrong"


class KitKeyReused(Refusal):
    """This form was already recorded with another content."""

    code = "kit_key_reused"


class KitOrderOver(Refusal):
    """This order is closed already."""

    code = "kit_order_over"


class KitFileUnreadable(Refusal):
    """This is not a CSV or XLSX file that can be read."""

    code = "kit_file_unreadable"


class KitFileColumns(Refusal):
    """The file has no column of references or of tracking numbers."""

    code = "kit_file_columns"


class KitFileTooLong(Refusal):
    """The file has more rows than one upload may have."""

    code = "kit_file_too_long"


class KitRowUnreadable(Refusal):
    """The reference in this row is not one of ours."""

    code = "kit_row_unreadable"


class KitRowTwice(Refusal):
    """This reference stands in the file twice with different tracking numbers."""

    code = "kit_row_twice"
