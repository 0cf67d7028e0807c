"""What making a recall's scope of a trace refuses, one class each."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class NothingAffected(Refusal):
    """The trace reaches no unit of a model that a recall could name."""

    code = "trace_nothing_affected"


class UnitsTakenOut(Refusal):
    """The new scope would take units out of the recall, and nobody agreed to that."""

    code = "trace_units_taken_out"


class ModelNotMade(Refusal):
    """This network makes no such model."""

    code = "trace_model_unknown"


class FormatMissing(Refusal):
    """No serial of the model is known, so nobody can say how they are written."""

    code = "trace_format_missing"


class NothingNew(Refusal):
    """The published recall has every rule that the trace leads to."""

    code = "trace_nothing_new"


class NeverNarrows(Refusal):
    """A trace joins a draft and never takes the place of what stands in it."""

    code = "trace_never_narrows"


class DraftUnreadable(Refusal):
    """The recall file of the draft cannot be read, so nothing can be put into it."""

    code = "trace_draft_unreadable"


class FormatOfDraftMissing(Refusal):
    """The draft names the model, but not yet how its serials are written."""

    code = "trace_draft_format_missing"
