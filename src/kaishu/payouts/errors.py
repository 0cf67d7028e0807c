"""Everything `payouts` refuses, one class each; the code names the sentence people read."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class NothingDue(Refusal):
    """No promise is due, or all that are due lie in a batch already."""

    code = "nothing_due"


class BatchNotFound(Refusal):
    """There is no batch of this number."""

    code = "batch_not_found"


class SelfApproval(Refusal):
    """Whoever made a batch cannot approve it."""

    code = "self_approval"


class BatchDecided(Refusal):
    """This batch was approved or withdrawn before."""

    code = "batch_decided"


class BatchChanged(Refusal):
    """This batch is not the one that was shown."""

    code = "batch_changed"


class NoProvider(Refusal):
    """Nobody pays out this commodity."""

    code = "no_provider"


class CodeNotFound(Refusal):
    """No shop credit was issued here."""

    code = "shop_code_not_found"
