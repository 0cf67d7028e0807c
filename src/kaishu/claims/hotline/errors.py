"""Everything the telephone is refused, one class each; the code names the sentence people read."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class CallerUnknown(Refusal):
    """Two facts that agree are needed before anything is changed by telephone."""

    code = "caller_unknown"


class CallerWrong(Refusal):
    """What the caller said does not agree with what we have."""

    code = "caller_wrong"


class CallerLocked(Refusal):
    """Too many wrong answers were given for this claim in an hour."""

    code = "caller_locked"


class SameCall(Refusal):
    """Whoever opened the claim by telephone does not change who is paid on the same day."""

    code = "hotline_same_call"


class ChangeWaits(Refusal):
    """Another change of this claim's details is waiting already."""

    code = "hotline_change_waits"


class OwnChange(Refusal):
    """Whoever wrote a change of details down does not agree to it."""

    code = "hotline_own_change"


class NothingWaits(Refusal):
    """No change of details is waiting."""

    code = "hotline_nothing_waits"
