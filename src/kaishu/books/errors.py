"""Everything the books refuse, one class each; the code names the sentence people read."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class KindUnknown(Refusal):
    """There is no entry kind of this name."""

    code = "kind_unknown"


class RouteClosed(Refusal):
    """Entries of this kind may not move anything along this route."""

    code = "route_closed"


class NothingMoves(Refusal):
    """An entry without a move records nothing."""

    code = "nothing_moves"


class PlaceWrong(Refusal):
    """This account needs a party, or may not have one."""

    code = "place_wrong"


class QuantityWrong(Refusal):
    """A move carries a positive whole quantity, and one unit where the unit is named."""

    code = "quantity_wrong"


class UnitMoved(Refusal):
    """The unit is not where this move starts; somebody else was first."""

    code = "unit_moved"


class PromiseMoved(Refusal):
    """The promise is not where this move starts; somebody else was first."""

    code = "promise_moved"


class TooLittle(Refusal):
    """The place holds fewer units than this move takes; count it and post a stocktake."""

    code = "too_little"


class KeyReused(Refusal):
    """This key already recorded something else."""

    code = "key_reused"


class SerialElsewhere(Refusal):
    """This serial is already known under another product or unit of the recall."""

    code = "serial_elsewhere"


class CannotReverse(Refusal):
    """Something of this entry has moved on since; correct it with a new entry."""

    code = "cannot_reverse"


class AlreadyReversed(Refusal):
    """This entry was reversed before."""

    code = "already_reversed"
