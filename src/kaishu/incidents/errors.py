"""What can go wrong with an incident report."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class IncidentNotFound(Refusal):
    """There is no incident report with this number."""

    code = "incident_not_found"


class IncidentKeyReused(Refusal):
    """This report was sent before with other answers."""

    code = "incident_key_reused"


class IncidentClosed(Refusal):
    """This incident report was closed before."""

    code = "incident_closed"


class IncidentOutcomeUnknown(Refusal):
    """No outcome was chosen."""

    code = "incident_outcome_unknown"


class IncidentStepUnknown(Refusal):
    """This step cannot be recorded."""

    code = "incident_step_unknown"


class IncidentTooLong(Refusal):
    """The text is too long."""

    code = "incident_too_long"


class IncidentWordsGone(Refusal):
    """The words of this report were deleted, or there were none."""

    code = "incident_words_gone"


class TaskUnknown(Refusal):
    """There is no task of this kind."""

    code = "task_unknown"


class TaskGone(Refusal):
    """This task is done already."""

    code = "task_gone"


class FiledInFuture(Refusal):
    """A report cannot have been filed in the future."""

    code = "filed_in_future"


class KnownInFuture(Refusal):
    """We cannot have learned of it in the future, or before it happened."""

    code = "known_in_future"


class IncidentDutyOpen(Refusal):
    """Nobody has decided yet whether this must be reported."""

    code = "incident_duty_open"
