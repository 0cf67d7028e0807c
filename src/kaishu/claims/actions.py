"""Everything that may be done to claims, in one place for the doors."""

from kaishu.claims.decide import decide, hand_over_holder
from kaishu.claims.submit import Submitted, submit_claim

__all__ = ["Submitted", "decide", "hand_over_holder", "submit_claim"]
