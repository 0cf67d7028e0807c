"""What can go wrong with an act on many claims."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class BulkNothing(Refusal):
    """None of these claims can be done this way."""

    code = "bulk_nothing"


class BulkNoneChosen(Refusal):
    """No claim was chosen."""

    code = "bulk_none_chosen"


class BulkChanged(Refusal):
    """Something changed since the preview."""

    code = "bulk_changed"


class BulkNotTyped(Refusal):
    """The number typed is not the number of claims."""

    code = "bulk_not_typed"


class BulkNotFound(Refusal):
    """There is no such act."""

    code = "bulk_not_found"


class BulkDecided(Refusal):
    """This act was started or withdrawn before."""

    code = "bulk_decided"


class BulkOwn(Refusal):
    """Somebody else approves what you propose."""

    code = "bulk_own"


class BulkActUnknown(Refusal):
    """No act was chosen."""

    code = "bulk_act_unknown"


class BulkTooMany(Refusal):
    """These are too many claims for one act."""

    code = "bulk_too_many"


class BulkNotRun(Refusal):
    """This act has not finished, so there is nothing to undo."""

    code = "bulk_not_run"
