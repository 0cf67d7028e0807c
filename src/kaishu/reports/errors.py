"""Why a report cannot be made or filed now."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class ReportTooFresh(Refusal):
    """What was recorded in the last half minute may still be on its way into the books."""

    code = "report_too_fresh"


class AsOfInFuture(Refusal):
    """A report speaks of a day that is over, or of now."""

    code = "as_of_in_future"


class TypedWrong(Refusal):
    """A typed value does not fit its field."""

    code = "typed_wrong"


class EstimateWithoutSource(Refusal):
    """An estimate of discarded units needs a source."""

    code = "estimate_without_source"


class SubjectWrong(Refusal):
    """This form is about something else."""

    code = "subject_wrong"


class FiledNotFound(Refusal):
    """There is no such filed report."""

    code = "filed_not_found"


class ActionNotFound(Refusal):
    """There is no such corrective action."""

    code = "corrective_not_found"


class ActionIncomplete(Refusal):
    """A corrective action needs a cause, an action, an owner and a date."""

    code = "corrective_incomplete"


class ActionStepWrong(Refusal):
    """This cannot be said of the corrective action now."""

    code = "corrective_step_wrong"
