"""Why a file that somebody brought cannot be read as a whole. Single bad rows are no refusals."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class FileKindUnknown(Refusal):
    """The file is neither CSV, XLSX nor Parquet."""

    code = "list_kind_unknown"


class FileHasNoRows(Refusal):
    """The file has no rows."""

    code = "list_no_rows"


class FileBroken(Refusal):
    """The file cannot be opened: it is damaged, cut off or locked by a password."""

    code = "list_broken"


class FileTooBigInside(Refusal):
    """The file grows far beyond a list of units when it is unpacked."""

    code = "list_too_big_inside"


class TooManyRows(Refusal):
    """The list has more rows than one list can have."""

    code = "list_too_many_rows"


class ColumnMissing(Refusal):
    """No column of the file has a name that means a serial."""

    code = "list_column_missing"


class ColumnUnclear(Refusal):
    """Several columns of the file may hold the serials."""

    code = "list_column_unclear"


class EncodingUnclear(Refusal):
    """The characters of the file can be read in more than one way."""

    code = "list_encoding_unclear"


class SheetMissing(Refusal):
    """The workbook has no sheet of this name."""

    code = "list_sheet_missing"


class FormatUnknown(Refusal):
    """The draft names no serial format of this code."""

    code = "list_format_unknown"


class BadRowsDiffer(Refusal):
    """The number typed is not the number of bad rows."""

    code = "list_bad_rows_differ"
