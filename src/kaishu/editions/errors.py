"""What can go wrong when an edition is published or asked for."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class AloneNeedsReason(Refusal):
    """Publishing without a second person needs a reason."""

    code = "publish_alone_reason"


class RecallFileHasErrors(Refusal):
    """The recall file has errors, so nothing is published."""

    code = "recall_file_has_errors"


class PublishedMeanwhile(Refusal):
    """Another edition of this recall was published while this one was being written."""

    code = "published_meanwhile"


class RecallIsClosed(Refusal):
    """A closed recall takes no new edition until it is reopened."""

    code = "recall_is_closed"


class RecallStateClosedToThis(Refusal):
    """The recall's state does not allow this."""

    code = "recall_state_closed_to_this"


class RecallUnknown(Refusal):
    """No recall has this name."""

    code = "recall_unknown"


class MarketMoved(Refusal):
    """A recall keeps its market for ever."""

    code = "market_moved"
