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
