"""Everything `notices` refuses, one class each; the code names the sentence people read."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class TemplateUnknown(Refusal):
    """There is no message template of this name in this language."""

    code = "template_unknown"


class FactMissing(Refusal):
    """A message cannot be queued without a fact that its text names."""

    code = "fact_missing"


class CallNotFound(Refusal):
    """There is no call-back of this number."""

    code = "call_not_found"


class CallDone(Refusal):
    """This call-back was finished before."""

    code = "call_done"


class CallTaken(Refusal):
    """A colleague has taken this call."""

    code = "call_taken"


class ColleagueUnknown(Refusal):
    """A call is given to somebody who makes calls here."""

    code = "call_colleague_unknown"


class OutcomeUnknown(Refusal):
    """A call ends with one of: reached, no_answer, not_needed."""

    code = "call_outcome_unknown"


class NotABounce(Refusal):
    """This mail does not report a delivery that failed for good."""

    code = "not_a_bounce"


class BounceUnknown(Refusal):
    """This report concerns no mail of this installation."""

    code = "bounce_unknown"


class MailNotSetUp(Refusal):
    """No mail server is set."""

    code = "mail_not_set_up"
