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


class JsonNotHere(Refusal):
    """An EPCIS 2.0 document in JSON is captured through the API, not loaded as a link file."""

    code = "link_json"
