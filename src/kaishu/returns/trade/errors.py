"""What can go wrong with the answers of a shop."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class SiteNotFound(Refusal):
    """This link opens no shop."""

    code = "trade_site_not_found"


class SiteKnown(Refusal):
    """This shop is on the list already."""

    code = "trade_site_known"


class SiteIncomplete(Refusal):
    """A shop needs a name and the account that its stock stands in."""

    code = "trade_site_incomplete"


class NotReadYet(Refusal):
    """The notice comes first."""

    code = "trade_not_read"


class NotCounted(Refusal):
    """The count comes before the end."""

    code = "trade_not_counted"


class CountWrong(Refusal):
    """A count is a whole number."""

    code = "trade_count_wrong"


class CountTooHigh(Refusal):
    """This is more than were ever made."""

    code = "trade_count_too_high"


class CloseReasonMissing(Refusal):
    """Nobody waits for a shop any more only with a reason."""

    code = "trade_close_reason"


class NoMail(Refusal):
    """There is no mail address of this shop."""

    code = "trade_no_mail"
