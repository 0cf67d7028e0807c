"""Why a link file cannot be taken as a whole. Single bad rows are no refusals."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class MappingWrong(Refusal):
    """A place in the mapping file is not understood."""

    code = "link_mapping_wrong"


class ColumnsMissing(Refusal):
    """The file lacks columns that its mapping names."""

    code = "link_columns_missing"


class ActMissing(Refusal):
    """Nobody said what the rows of this file did."""

    code = "link_act_missing"


class RowsBad(Refusal):
    """Rows of the file are bad, and it was asked to take all or nothing."""

    code = "link_rows_bad"


class NoGoodRow(Refusal):
    """Not one row of the file can be used."""

    code = "link_no_good_row"


class LinkFileUnknown(Refusal):
    """There is no link file of this number."""

    code = "link_file_unknown"


class ActNotSaid(Refusal):
    """Nobody chose what the rows of a file did."""

    code = "link_act_not_said"


class ColumnNotSaid(Refusal):
    """No column was chosen for something that every row needs."""

    code = "link_column_not_said"


class ItemNotSaid(Refusal):
    """It is not said of which item lots or units are."""

    code = "link_item_not_said"


class ItemWrong(Refusal):
    """An item has as many digits as a GTIN, and a wrong check digit."""

    code = "link_item_wrong"


class ActWordsWrong(Refusal):
    """A line that explains the words of a column is not understood."""

    code = "link_act_words_wrong"


class MappingFirst(Refusal):
    """A file is tried or loaded before somebody said what it means."""

    code = "link_mapping_first"


class NotTried(Refusal):
    """A file is loaded that was not tried as its columns are said now."""

    code = "link_not_tried"


class BroughtBusy(Refusal):
    """A job is reading this file already."""

    code = "link_brought_busy"


class BroughtOver(Refusal):
    """The file was loaded or put away meanwhile."""

    code = "link_brought_over"


class BroughtUnknown(Refusal):
    """There is no brought file of this number."""

    code = "link_brought_unknown"


class VoidReasonMissing(Refusal):
    """A file is taken back without a reason."""

    code = "link_void_reason"
