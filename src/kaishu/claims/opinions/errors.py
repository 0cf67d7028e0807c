"""What can go wrong with a second opinion."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class OpinionUnknown(Refusal):
    """There is no such second opinion."""

    code = "opinion_unknown"


class OpinionTaken(Refusal):
    """Somebody else gave this second opinion."""

    code = "opinion_taken"


class OpinionNotYours(Refusal):
    """Whoever decided a claim is no second pair of eyes for it."""

    code = "opinion_not_yours"


class OpinionWithoutAnswer(Refusal):
    """A second opinion needs an answer and its reason."""

    code = "opinion_without_answer"


class OpinionSettled(Refusal):
    """This difference was settled, or there is none."""

    code = "opinion_settled"
