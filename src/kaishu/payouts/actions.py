"""Everything that may be done to payouts, for the doors and the worker."""

from kaishu.payouts.batches import approve_batch, propose_batch, withdraw_batch
from kaishu.payouts.results import read_results
from kaishu.payouts.sending import send_due
from kaishu.payouts.shop_codes import load_codes, show_code

__all__ = [
    "approve_batch",
    "load_codes",
    "propose_batch",
    "read_results",
    "send_due",
    "show_code",
    "withdraw_batch",
]
