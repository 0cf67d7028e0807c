"""What an import refuses: the file as a whole, or one of its rows."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class ImportNotFound(Refusal):
    """There is no such import."""

    code = "import_not_found"


class ImportRunning(Refusal):
    """This import has begun and cannot be changed any more."""

    code = "import_running"


class ImportTooLong(Refusal):
    """The file has more claims than one import takes."""

    code = "import_too_long"


class ImportNotChecked(Refusal):
    """The import was not tried out as it is mapped now."""

    code = "import_not_checked"


class ImportNotTyped(Refusal):
    """The number typed is not the number of rows."""

    code = "import_not_typed"


class ImportOwn(Refusal):
    """Promises and payments are brought in by a second person."""

    code = "import_own"


class ColumnTwice(Refusal):
    """Two columns fill the same field."""

    code = "import_column_twice"


class ColumnNeeded(Refusal):
    """A field that no claim can do without has no column."""

    code = "import_column_needed"


class CellWrong(Refusal):
    """A cell cannot be read as what its column should hold."""

    code = "import_cell_wrong"


class DateWrong(CellWrong):
    """A cell is no day that can be told."""

    code = "import_date_wrong"


class DateAhead(CellWrong):
    """A cell names a day that has not come yet."""

    code = "import_date_ahead"


class AmountUnreadable(CellWrong):
    """A cell is no amount of money."""

    code = "import_amount_wrong"


class WordUnknown(CellWrong):
    """A cell has a word that the column does not know."""

    code = "import_word_unknown"


class DigitsLost(CellWrong):
    """A serial became a number and lost its last digits."""

    code = "row_digits_lost"


class RowTwice(Refusal):
    """The same claim stands in an earlier row of the file."""

    code = "import_row_twice"


class PaidOutOfScope(Refusal):
    """The row says that a unit was settled which the recall does not cover."""

    code = "import_not_affected"


class PaidContested(Refusal):
    """The row says that a unit was settled which another claim holds."""

    code = "import_contested_settled"


class PaidMore(Refusal):
    """More was paid elsewhere than the recall promises."""

    code = "import_paid_more"


class PlaceNeeded(Refusal):
    """The unit came in, and nobody said to which depot or recycler."""

    code = "import_place_needed"
